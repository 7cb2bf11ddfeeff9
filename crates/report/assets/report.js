(function () {
  "use strict";
  var byId = function (id) { return document.getElementById(id); };
  // Print shows what a click would unfold.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.group:not([open]), details.definitions:not([open])").forEach(function (group) { group.open = true; group.dataset.shut = ""; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-shut]").forEach(function (group) { group.open = false; delete group.dataset.shut; });
  });
  var gallery = byId("gallery");
  if (!gallery) { return; }
  var data = JSON.parse(byId("items").textContent);
  var cards = Array.prototype.slice.call(gallery.children);
  var slider = byId("slider"), sort = byId("sort"), direction = byId("direction"), unfold = byId("unfold");
  var order = data.items.map(function (_, i) { return i; });
  var current = order[Number(slider.value) - 1];

  function chosen() { return sort.value === "order" ? null : Number(sort.value); }

  // Undefined values stay last whichever end comes first; equal ones keep the order of the page.
  function compare(a, b) {
    var by = chosen(), turn = direction.value === "worst" ? -1 : 1;
    if (by === null) { return turn * (data.items[a].order - data.items[b].order); }
    var x = data.items[a].values[by], y = data.items[b].values[by];
    if (x === null || y === null) { return x === y ? a - b : x === null ? 1 : -1; }
    var better = data.scores[by].higher ? y - x : x - y;
    return turn * (better || a - b);
  }

  // Places spaced evenly from the best to the worst, as the page itself has them.
  function spaced(count, take) {
    var places = new Set();
    for (var k = 0; k < Math.min(take, count); k++) {
      places.add(count <= take ? k : Math.floor((k * (count - 1) + Math.floor((take - 1) / 2)) / (take - 1)));
    }
    return places;
  }

  function arrange() {
    var by = chosen();
    order.sort(compare);
    var pick = spaced(order.length, Number(gallery.dataset.pick)), few = spaced(order.length, Number(gallery.dataset.few));
    order.forEach(function (i, place) {
      gallery.appendChild(cards[i]);
      cards[i].classList.toggle("pick", pick.has(place));
      cards[i].classList.toggle("few", few.has(place));
      cards[i].querySelector(".score").textContent = by === null ? "" : data.items[i].texts[by];
    });
    show(order.indexOf(current));
  }

  function show(place) {
    current = order[place];
    var item = data.items[current], by = chosen();
    var from = cards[current].querySelectorAll(".trio figure"), to = document.querySelectorAll("#viewer .trio figure");
    to.forEach(function (figure, k) {
      figure.replaceChild(from[k].firstElementChild.cloneNode(true), figure.firstElementChild);
    });
    byId("viewer-name").textContent = item.name;
    byId("viewer-place").textContent = (place + 1) + " of " + order.length + (order.length < data.total ? " pictured" : "");
    byId("viewer-more").textContent = item.more;
    document.querySelectorAll("#viewer .values tr").forEach(function (row, k) {
      row.cells[1].textContent = item.texts[k];
      row.className = k === by ? "by" : "";
    });
    cards.forEach(function (card, i) {
      if (i === current) { card.setAttribute("aria-current", "true"); } else { card.removeAttribute("aria-current"); }
    });
    slider.value = place + 1;
    slider.setAttribute("aria-valuetext", (place + 1) + " of " + order.length + ": " + item.name);
  }

  slider.addEventListener("input", function () { show(Number(slider.value) - 1); });
  sort.addEventListener("change", arrange);
  direction.addEventListener("change", arrange);
  gallery.addEventListener("click", function (event) {
    var card = event.target.closest(".card");
    if (!card) { return; }
    show(order.indexOf(cards.indexOf(card)));
    byId("viewer").scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    slider.focus({ preventScroll: true });
  });
  if (unfold) {
    unfold.addEventListener("click", function () { gallery.classList.remove("folded"); unfold.remove(); });
  }
  // A browser may restore an earlier choice after a reload; the page itself is in the first order.
  if (sort.selectedIndex > 0 || direction.selectedIndex > 0) { arrange(); } else { show(order.indexOf(current)); }
})();
