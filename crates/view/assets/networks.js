// Receptive fields, and files dropped on the page for the networks.
"use strict";
afterimage.then((page) => {
  if (!page) return;
  const { $, make, drawn, shown, runs } = page;

  // Receptive fields.
  const fields = $("#fields");
  let predicted = null;
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    return [style.getPropertyValue("--low"), style.getPropertyValue("--high")];
  };
  const paint = () => {
    if (!fields) return;
    const run = Number($("[name=fields-run]", fields).value);
    const region = $("[name=region]", fields).value;
    const byPrediction = $("[name=colour]", fields).value === "predicted" && predicted?.has(run);
    const response = (voxel) => (byPrediction ? predicted.get(run).get(voxel.column) ?? null : voxel.r);
    const voxels = runs[run].voxels.filter((voxel) => !region || voxel.regions.includes(region));
    const values = voxels.map(response).filter((value) => value != null);
    const bound = byPrediction ? Math.max(...values.map(Math.abs), 1e-9) : 1;
    const [low, high] = colours();
    const side = runs[run].side_px;
    const svg = $("#map");
    svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
    const dots = voxels.map((voxel) => {
      const value = response(voxel);
      const dot = drawn("circle", { cx: voxel.x_px, cy: voxel.y_px, r: side / 90 });
      const share = value == null ? 0 : byPrediction ? (value / bound + 1) / 2 : Math.max(0, Math.min(1, value));
      dot.style.fill = value == null ? "gray" : `color-mix(in oklab, ${high} ${(100 * share).toFixed(0)}%, ${low})`;
      dot.voxel = voxel;
      dot.told = value;
      return dot;
    });
    const field = drawn("circle", { class: "field" });
    svg.replaceChildren(...dots, field);
    const ends = byPrediction ? [(-bound).toFixed(2), bound.toFixed(2)] : ["r 0", "1"];
    const ramp = make("i");
    ramp.style.background = `linear-gradient(in oklab to right, ${low}, ${high})`;
    $("#scale").replaceChildren(ends[0], ramp, ends[1], ` ${voxels.length} ${runs[run].unit}s`);
  };
  const point = (dot) => {
    const svg = $("#map");
    for (const other of svg.querySelectorAll(".here")) other.classList.remove("here");
    document.body.classList.toggle("with-field", Boolean(dot));
    const field = $(".field", svg);
    field.setAttribute("r", dot ? dot.voxel.sigma_px : 0);
    if (!dot) return;
    dot.classList.add("here");
    const { voxel } = dot;
    const { side_px: side, unit } = runs[Number($("[name=fields-run]", fields).value)];
    field.setAttribute("cx", voxel.x_px);
    field.setAttribute("cy", voxel.y_px);
    const root = document.documentElement.style;
    root.setProperty("--field-x", `${(100 * voxel.x_px) / side}%`);
    root.setProperty("--field-y", `${(100 * voxel.y_px) / side}%`);
    root.setProperty("--field-d", `${(200 * voxel.sigma_px) / side}%`);
    const place = `centre (${voxel.x_px.toFixed(1)}, ${voxel.y_px.toFixed(1)}) px, standard deviation ${voxel.sigma_px.toFixed(1)} px`;
    const told = $("[name=colour]", fields).value === "predicted" ? `; predicted ${shown(dot.told)}` : "";
    $("#voxel").textContent = `${unit[0].toUpperCase()}${unit.slice(1)} ${voxel.column}${voxel.regions.length ? `, ${voxel.regions.join(", ")}` : ""}: ${place}; r ${shown(voxel.r)}${told}`;
  };
  const wide = matchMedia("(min-width: 64rem)").matches;
  if (fields) {
    fields.hidden = false;
    fields.open = wide;
    const svg = $("#map");
    const regions = () => {
      const run = runs[Number($("[name=fields-run]", fields).value)];
      const names = [...new Set(run.voxels.flatMap((voxel) => voxel.regions))];
      $("[name=region]", fields).replaceChildren(make("option", { value: "", textContent: "all" }), ...names.map((name) => make("option", { textContent: name })));
    };
    const dots = () => [...svg.querySelectorAll("circle:not(.field)")];
    const nearest = (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const away = (dot) => Math.hypot(dot.voxel.x_px - at.x, dot.voxel.y_px - at.y);
      return dots().reduce((best, dot) => (best && away(best) <= away(dot) ? best : dot), null);
    };
    regions();
    paint();
    fields.addEventListener("input", (event) => { if (event.target.name === "fields-run") regions(); paint(); point(null); });
    svg.addEventListener("pointermove", (event) => point(nearest(event)));
    svg.addEventListener("pointerdown", (event) => point(nearest(event)));
    svg.addEventListener("pointerleave", () => { if (document.activeElement !== svg) point(null); });
    svg.addEventListener("blur", () => point(null));
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = dots();
      const here = all.findIndex((dot) => dot.classList.contains("here"));
      point(all[(here + step + all.length) % all.length]);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  }

  // Dropped files.
  const ask = $("#ask");
  if (!ask) return;
  ask.hidden = false;
  ask.open = wide;
  const failed = $("#failed");
  const answers = $("#answers");
  // What was said of an earlier file is never left beside the refusal of a new one.
  const forget = () => {
    answers.replaceChildren();
    predicted = null;
    if (!fields) return;
    const colour = $("[name=colour]", fields);
    colour.options[1].disabled = true;
    colour.value = "r";
    paint();
  };
  const fail = (message) => { failed.textContent = message; failed.hidden = !message; };
  const post = async (path, run, type, body) => {
    const query = new URLSearchParams({ run });
    if (path === "decode") query.set("units", $("[name=units]", ask).value);
    const response = await fetch(`/api/v1/${path}?${query}`, { method: "POST", headers: { "content-type": type }, body });
    const json = await response.json();
    if (!response.ok) throw new Error(json.error?.message ?? response.statusText);
    return json;
  };
  const download = (name, text, label) => make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name, textContent: label });
  const bars = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const bound = Math.max(...sorted.map(Math.abs), 1e-9);
    const x = (i) => (100 * i) / sorted.length;
    const y = (value) => 25 - (24 * value) / bound;
    const path = sorted.map((value, i) => `M${x(i).toFixed(2)} 25V${y(value).toFixed(2)}H${x(i + 1).toFixed(2)}V25Z`).join("");
    const told = `Predicted responses in order, from ${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)}`;
    const svg = drawn("svg", { viewBox: "0 0 100 50", preserveAspectRatio: "none", class: "bars", role: "img", "aria-label": told });
    svg.append(drawn("path", { d: path }));
    return svg;
  };
  const picture = (src, caption) => make("figure", {}, make("span", { className: "pic" }, make("img", { src, alt: caption })), make("figcaption", { textContent: caption }));
  const encoded = (run, file, { responses, voxels, units }) => {
    const [values] = responses;
    const best = values.map((value, i) => [value, voxels[i]]).sort((a, b) => b[0] - a[0]).slice(0, 5);
    const told = best.map(([value, voxel]) => `${run.unit} ${voxel}: ${value.toFixed(2)}`).join(", ");
    const table = ["voxel,response", ...values.map((value, i) => `${voxels[i]},${value}`)].join("\n");
    return make("div", {},
      make("h3", { textContent: runs.length > 1 ? run.label : "Predicted responses" }),
      make("p", { className: "note", textContent: `${values.length} ${run.unit}s, in ${units}, from the smallest to the largest. Largest: ${told}.` }),
      bars(values),
      download(`${file.name}.responses.csv`, `${table}\n`, "Save as CSV"));
  };
  const decoded = (run, { images, warnings }) => make("div", {},
    make("h3", { textContent: runs.length > 1 ? run.label : "Decoded images" }),
    ...warnings.map((warning) => make("p", { className: "warning", textContent: `Warning: ${warning}` })),
    make("div", { className: "pictures" }, ...images.map((image, i) => picture(`data:image/png;base64,${image}`, `row ${i + 1}`))));
  const kinds = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", bmp: "image/bmp", tif: "image/tiff", tiff: "image/tiff", csv: "text/csv", npy: "application/x-npy" };
  let dropped = null;
  const take = async (file) => {
    dropped = file;
    fail("");
    forget();
    ask.open = true;
    const type = kinds[file.name.split(".").pop().toLowerCase()];
    if (!type) return fail(`"${file.name}" is neither an image (.png, .jpg, .bmp, .tif) nor a table (.csv, .npy).`);
    answers.setAttribute("aria-busy", "true");
    try {
      const isPicture = type.startsWith("image/");
      const found = [];
      const responses = new Map();
      for (const [index, run] of runs.entries()) {
        if (!run.networks) continue;
        const result = await post(isPicture ? "encode" : "decode", run.label, type, file);
        found.push(isPicture ? encoded(run, file, result) : decoded(run, result));
        if (isPicture) responses.set(index, new Map(result.voxels.map((voxel, i) => [voxel, result.responses[0][i]])));
      }
      const first = isPicture ? [make("div", {}, make("h3", { textContent: "Image" }), make("div", { className: "pictures" }, picture(URL.createObjectURL(file), file.name)))] : [];
      answers.replaceChildren(...first, ...found);
      if (isPicture && fields) {
        predicted = responses;
        const colour = $("[name=colour]", fields);
        colour.options[1].disabled = false;
        colour.value = "predicted";
        paint();
      }
    } catch (error) {
      fail(error.message);
    } finally {
      answers.removeAttribute("aria-busy");
    }
  };
  // The same file in another unit: a browser tells of no change if it is chosen again.
  $("[name=units]", ask).addEventListener("change", () => { if (dropped) take(dropped); });
  $("input[type=file]", ask).addEventListener("change", (event) => { if (event.target.files[0]) take(event.target.files[0]); });
  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("over"); });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
});
