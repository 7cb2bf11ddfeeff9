// Sorting, filtering, receptive fields, and dropped files. Without it the page shows every item in the order of the test set.
"use strict";
(async () => {
  const $ = (selector, of = document) => of.querySelector(selector);
  const make = (name, of = {}, ...children) => {
    const element = Object.assign(document.createElement(name), of);
    element.append(...children);
    return element;
  };
  const drawn = (name, attributes = {}) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const answer = await fetch("/catalog.json");
  if (!answer.ok) return;
  const { runs } = await answer.json();

  // Cards, each with its place in every run.
  const list = $("#items");
  const cards = [...list.children].map((element, index) => ({
    element,
    index,
    name: element.dataset.name,
    class: element.dataset.class ?? "",
    places: new Map(element.dataset.places.split(" ").filter(Boolean).map((pair) => pair.split(":").map(Number))),
  }));
  const widest = Math.max(...cards.map((card) => $(".pictures", card.element).children.length), 2);
  document.documentElement.style.setProperty("--card", `${Math.min(4.6 * widest + 1.2, 40)}rem`);
  const shown = (value, unit) => (value == null ? "–" : unit === "fraction" ? `${(100 * value).toFixed(1)} %` : value.toFixed(3));

  const tools = $("#tools");
  const chosen = () => {
    const by = tools.elements.sort.value;
    if (!by.includes(".")) return null;
    const [run, score] = by.split(".").map(Number);
    return { run, score: runs[run].scores[score] };
  };
  const arrange = () => {
    const by = chosen();
    const value = (card) => (by && card.places.has(by.run) ? by.score.values[card.places.get(by.run)] : null);
    const wanted = tools.elements.name.value.trim().toLowerCase();
    const ofClass = tools.elements.class.value;
    const sorted = [...cards];
    if (by) {
      const sign = (by.score.higher_is_better ? -1 : 1) * (tools.elements.order.value === "best" ? 1 : -1);
      // Items without a value come last in either order.
      sorted.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        return x == null || y == null ? (x == null) - (y == null) || a.index - b.index : sign * (x - y) || a.index - b.index;
      });
    } else if (tools.elements.sort.value === "name") {
      sorted.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    }
    let left = 0;
    for (const card of sorted) {
      const visible = card.name.toLowerCase().includes(wanted) && (!ofClass || card.class === ofClass);
      card.element.hidden = !visible;
      left += visible;
      $(".score", card.element).textContent = by ? shown(value(card), by.score.unit) : "";
    }
    list.replaceChildren(...sorted.map((card) => card.element));
    const all = by ? `; over all items ${shown(by.score.value, by.score.unit)}` : "";
    $("#count").textContent = `${left} of ${cards.length} items${all}`;
  };
  tools.hidden = false;
  tools.addEventListener("input", arrange);
  tools.addEventListener("submit", (event) => event.preventDefault());
  arrange();

  // Images out of view are loaded in idle time, a few at a time, so that scrolling finds them.
  const later = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  const pending = [...list.querySelectorAll("img[loading=lazy]")];
  const ahead = () => {
    for (const image of pending.splice(0, 6)) image.loading = "eager";
    if (pending.length) later(ahead);
  };
  later(ahead);

  // The dialog with one item, enlarged, and every score.
  const large = $("#large");
  list.addEventListener("click", (event) => {
    const card = event.target.closest("button.name") && cards.find((one) => one.element === event.target.closest(".card"));
    if (!card) return;
    $("h2", large).textContent = card.name;
    $(".pictures", large).replaceChildren(...[...$(".pictures", card.element).children].map((figure) => figure.cloneNode(true)));
    const rows = [...card.places].flatMap(([run, place]) => runs[run].scores.map((score) => make("tr", {},
      make("th", { scope: "row", textContent: runs.length > 1 ? `${score.title}, ${runs[run].label}` : score.title }),
      make("td", { textContent: shown(score.values[place], score.unit) }))));
    $("tbody", large).replaceChildren(...rows);
    large.showModal();
  });

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
    const place = `middle (${voxel.x_px.toFixed(1)}, ${voxel.y_px.toFixed(1)}) px, standard deviation ${voxel.sigma_px.toFixed(1)} px`;
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
  const fail = (message) => { failed.textContent = message; failed.hidden = !message; };
  const post = async (path, run, type, body) => {
    const response = await fetch(`/api/v1/${path}?run=${encodeURIComponent(run)}`, { method: "POST", headers: { "content-type": type }, body });
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
  const decoded = (run, { images }) => make("div", {},
    make("h3", { textContent: runs.length > 1 ? run.label : "Decoded images" }),
    make("div", { className: "pictures" }, ...images.map((image, i) => picture(`data:image/png;base64,${image}`, `row ${i + 1}`))));
  const kinds = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", bmp: "image/bmp", tif: "image/tiff", tiff: "image/tiff", csv: "text/csv", npy: "application/x-npy" };
  const take = async (file) => {
    fail("");
    ask.open = true;
    const answers = $("#answers");
    const type = kinds[file.name.split(".").pop().toLowerCase()];
    if (!type) return fail(`"${file.name}" is neither an image (.png, .jpg, .bmp, .tif) nor a table (.csv, .npy).`);
    answers.setAttribute("aria-busy", "true");
    try {
      const isPicture = type.startsWith("image/");
      const found = [];
      predicted = isPicture ? new Map() : predicted;
      for (const [index, run] of runs.entries()) {
        if (!run.networks) continue;
        const result = await post(isPicture ? "encode" : "decode", run.label, type, file);
        found.push(isPicture ? encoded(run, file, result) : decoded(run, result));
        if (isPicture) predicted.set(index, new Map(result.voxels.map((voxel, i) => [voxel, result.responses[0][i]])));
      }
      const first = isPicture ? [make("div", {}, make("h3", { textContent: "Image" }), make("div", { className: "pictures" }, picture(URL.createObjectURL(file), file.name)))] : [];
      answers.replaceChildren(...first, ...found);
      if (isPicture && fields) {
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
  $("input[type=file]", ask).addEventListener("change", (event) => { if (event.target.files[0]) take(event.target.files[0]); });
  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("over"); });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
})();
