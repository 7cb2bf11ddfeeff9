// The table of runs, and the cards: score, order, filter and one item enlarged, all of them in the address. Without this script the
// page shows every item in the order of the test set.
"use strict";
const afterimage = (async () => {
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
  if (!answer.ok) return null;
  const { runs, main } = await answer.json();
  const several = runs.length > 1;

  const digits = (value, unit) => {
    const size = Math.abs(value);
    if (unit === "rank" && Number.isInteger(value)) return String(value);
    return value.toFixed(size < 10 ? 3 : size < 100 ? 2 : 1).replace("-", "\u2212");
  };
  const shown = (value, unit) => (value == null ? "–" : unit === "fraction" ? `${(100 * value).toFixed(1).replace("-", "\u2212")}\u202f%` : digits(value, unit));
  // A score over all items, with what it must be read against.
  const told = (score) => [
    shown(score.value, score.unit),
    score.interval && `[${shown(score.interval[0], score.unit)} to ${shown(score.interval[1], score.unit)}]`,
    score.chance != null && `chance ${shown(score.chance, score.unit)}`,
  ].filter(Boolean).join(", ").replace(", [", " [");
  for (const run of runs) run.byName = new Map(run.scores.map((score) => [score.name, score]));

  // Cards, each with its place in every run.
  const list = $("#items");
  const cards = [...list.children].map((element, index) => ({
    element,
    index,
    name: element.dataset.name,
    class: element.dataset.class ?? "",
    places: new Map(element.dataset.places.split(" ").filter(Boolean).map((pair) => pair.split(":").map(Number))),
    figures: [...element.querySelectorAll("figure[data-run]")].map((figure) => ({ figure, run: Number(figure.dataset.run), value: $(".value", figure) })),
  }));
  const byName = new Map(cards.map((card) => [card.name, card]));
  let visible = cards;

  const tools = $("#tools");
  const controls = tools.elements;
  const boxes = [...tools.querySelectorAll("[name=run]")];
  const isOn = (run) => !boxes.length || boxes[run].checked;
  const reference = () => Number($("#runs").dataset.reference);

  const valueOf = (card, run, name) => runs[run].byName.get(name)?.values[card.places.get(run)] ?? null;
  // What the cards are sorted by: larger comes first.
  const key = () => {
    const [name, order, by] = [controls.score.value, controls.order.value, Math.max(0, runs.findIndex((run) => run.label === controls.by?.value))];
    const score = runs.map((run) => run.byName.get(name)).find(Boolean);
    if (!score || !["best", "worst", "gain", "loss"].includes(order)) return null;
    const better = score.higher_is_better ? 1 : -1;
    const sign = better * (order === "best" || order === "gain" ? 1 : -1);
    const against = order === "gain" || order === "loss";
    return (card) => {
      const value = valueOf(card, by, name);
      const base = against ? valueOf(card, reference(), name) : 0;
      return value == null || base == null ? null : sign * (value - base);
    };
  };
  const arrange = () => {
    const name = controls.score.value;
    const wanted = controls.name.value.trim().toLowerCase();
    const ofClass = controls.class?.value ?? "";
    const sorted = [...cards];
    const by = key();
    if (by) {
      const values = new Map(cards.map((card) => [card, by(card)]));
      // Items without a value come last in either order.
      sorted.sort((a, b) => {
        const [x, y] = [values.get(a), values.get(b)];
        return x == null || y == null ? (x == null) - (y == null) || a.index - b.index : y - x || a.index - b.index;
      });
    } else if (controls.order.value === "name") {
      sorted.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    }
    visible = sorted.filter((card) => card.name.toLowerCase().includes(wanted) && (!ofClass || card.class === ofClass));
    const kept = new Set(visible);
    for (const card of sorted) {
      card.element.hidden = !kept.has(card);
      for (const { figure, run, value } of card.figures) {
        figure.hidden = !isOn(run);
        const score = runs[run].byName.get(name);
        value.textContent = score ? shown(valueOf(card, run, name), score.unit) : "";
      }
    }
    // Moving cards takes the focus from them.
    const { activeElement } = document;
    if (sorted.some((card, at) => list.children[at] !== card.element)) list.replaceChildren(...sorted.map((card) => card.element));
    if (list.contains(activeElement) && document.activeElement !== activeElement) activeElement.focus();
    const columns = runs.filter((_, run) => isOn(run)).length;
    document.documentElement.style.setProperty("--columns", several ? columns + 1 : 3);
    const over = runs.flatMap((run, r) => {
      const score = run.byName.get(name);
      return score && isOn(r) ? [`${several ? `${run.label} ` : ""}${told(score)}`] : [];
    });
    $("#count").textContent = `${visible.length} of ${cards.length} items${over.length ? `. Over all items: ${over.join("; ")}` : ""}`;
    if (controls.by) controls.by.disabled = !by;
  };

  // The state of the page is in its address: controls that differ from their first values, the reference, and the item.
  const usual = Object.fromEntries([...tools.querySelectorAll("select, input[type=search]")].map((control) => [control.name, control.value]));
  let item = null;
  const address = () => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(usual)) if (controls[name].value !== value && !controls[name].disabled) query.set(name, controls[name].value);
    if (boxes.some((box) => !box.checked)) for (const box of boxes) if (box.checked) query.append("run", box.value);
    if (reference() !== 0) query.set("reference", runs[reference()].label);
    if (item) query.set("item", item.name);
    return `${location.pathname}${query.size ? `?${query}` : ""}`;
  };
  const write = (push, state = history.state) => {
    const now = address();
    if (now === location.pathname + location.search) return;
    if (push) history.pushState(state, "", now); else history.replaceState(state, "", now);
  };
  const refer = async (label) => {
    const from = await fetch(`/table?reference=${encodeURIComponent(label)}`);
    if (!from.ok) return;
    $("#runs").outerHTML = await from.text();
  };
  const read = async () => {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(usual)) {
      controls[name].value = query.get(name) ?? value;
      if (!controls[name].value && controls[name].options) controls[name].value = value;
    }
    const on = query.getAll("run");
    for (const box of boxes) box.checked = !on.length || on.includes(box.value);
    const label = query.get("reference") ?? runs[0].label;
    if (runs[reference()].label !== label && runs.some((run) => run.label === label)) await refer(label);
    arrange();
    const wanted = byName.get(query.get("item"));
    if (wanted) show(wanted); else if (large.open) { item = null; large.close(); }
  };
  tools.addEventListener("input", (event) => {
    if (boxes.length && !boxes.some((box) => box.checked)) event.target.checked = true;
    arrange();
    write(event.target.type !== "search", null);
  });
  tools.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a.refer");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await refer(link.dataset.label);
    arrange();
    write(true, null);
    $("#runs tr.reference th")?.querySelector("a, [tabindex]")?.focus();
  });

  // The dialog with one item, enlarged, and its scores with one column per run.
  const large = $("#large");
  const column = (run, card) => {
    const figure = card.figures.find((one) => one.run === run).figure.cloneNode(true);
    figure.hidden = false;
    $(".value", figure).remove();
    const { candidate, photograph } = runs[run].items[card.places.get(run)];
    if (photograph) $("figcaption", figure).append(make("span", { className: "kind", textContent: `fine structure also from the photograph ${photograph}` }));
    if (!candidate) return make("div", { className: "column" }, figure);
    const src = `/picture/${run}/candidate/${card.places.get(run)}?v=${document.body.dataset.stamp}`;
    const wrong = make("figure", {}, make("span", { className: "pic" }, make("img", { src, alt: `wrong candidate: ${candidate}` })),
      make("figcaption", { textContent: `most similar wrong candidate: ${candidate}` }));
    return make("div", { className: "column" }, figure, wrong);
  };
  const rowsOf = (card, ofRuns) => {
    const scores = new Map(ofRuns.flatMap((run) => runs[run].scores.map((score) => [score.name, score])));
    const groups = new Map();
    for (const score of scores.values()) {
      const group = score.main ? "Main scores" : score.group;
      groups.set(group, [...(groups.get(group) ?? []), score]);
    }
    groups.get("Main scores")?.sort((a, b) => main.indexOf(a.name) - main.indexOf(b.name));
    const first = [...groups.keys()].sort((a, b) => (b === "Main scores") - (a === "Main scores"));
    return first.map((group) => make("tbody", {},
      make("tr", { className: "group" }, make("th", { scope: "rowgroup", colSpan: ofRuns.length + 1, textContent: group })),
      ...groups.get(group).map((score) => make("tr", {},
        make("th", { scope: "row", textContent: score.title }),
        ...ofRuns.map((run) => {
          const own = runs[run].byName.get(score.name);
          if (!own) return make("td", { textContent: "–" });
          return make("td", {}, make("b", { textContent: shown(valueOf(card, run, score.name), own.unit) }), make("span", { className: "note", textContent: told(own) }));
        })))));
  };
  const show = (card) => {
    item = card;
    const ofRuns = [...card.places.keys()].filter(isOn);
    $("h2", large).textContent = card.name + (card.class ? `, ${card.class}` : "");
    const at = visible.indexOf(card);
    $("#place").textContent = at < 0 ? "" : `${at + 1} of ${visible.length}`;
    $("#before").disabled = at <= 0;
    $("#after").disabled = at < 0 || at === visible.length - 1;
    const original = $("figure:not([data-run])", card.element).cloneNode(true);
    $(".pictures", large).replaceChildren(make("div", { className: "column" }, original), ...ofRuns.map((run) => column(run, card)));
    const head = make("thead", {}, make("tr", {}, make("th", { scope: "col", textContent: "Score" }), ...ofRuns.map((run) =>
      make("th", { scope: "col" }, make("b", { textContent: runs[run].label }), several && runs[run].kind !== "trained" ? make("span", { className: "note", textContent: runs[run].kind }) : ""))));
    $("table", large).replaceChildren(head, ...rowsOf(card, ofRuns));
    if (!large.open) large.showModal();
    large.scrollTop = 0;
    $("h2", large).focus({ preventScroll: true });
  };
  const step = (by) => {
    const next = visible[visible.indexOf(item) + by];
    if (!next || !item) return;
    show(next);
    write(false);
  };
  list.addEventListener("click", (event) => {
    const card = event.target.closest("button.name, .pic") && cards.find((one) => one.element === event.target.closest(".card"));
    if (!card) return;
    show(card);
    write(true, { opened: true });
  });
  $("#before").addEventListener("click", () => step(-1));
  $("#after").addEventListener("click", () => step(1));
  large.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const wide = event.target.closest(".wide");
    if (!by || event.altKey || event.ctrlKey || event.metaKey || (wide && wide.scrollWidth > wide.clientWidth)) return;
    event.preventDefault();
    step(by);
  });
  large.addEventListener("close", () => {
    const left = item;
    item = null;
    if (!left) return;
    // The address before the item was opened, as Back would give it.
    if (history.state?.opened) history.back(); else write(false);
    $("button.name", left.element).focus();
  });
  addEventListener("popstate", read);

  // Images out of view are loaded in idle time, a few at a time, so that scrolling finds them.
  const later = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  const pending = [...list.querySelectorAll("img[loading=lazy]")];
  const ahead = () => {
    for (const image of pending.splice(0, 6)) image.loading = "eager";
    if (pending.length) later(ahead);
  };

  tools.hidden = false;
  await read();
  later(ahead);
  return { $, make, drawn, shown, runs };
})();
