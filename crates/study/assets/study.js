// Response times, digits for choices, and loading ahead. Without it the page is a plain form and response times stay empty.
"use strict";
(() => {
  // A page that comes back from the browser's memory shows a trial that may be over.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // A screen reader starts at what is new.
  const heading = document.querySelector("h1[tabindex]");
  if (heading) heading.focus({ preventScroll: true });

  // A key or click that belongs to the page before must not answer this one: for a quarter of a second nothing is taken.
  const HOLD_MS = 250;

  // The answer of a practice trial is shown until the participant goes on; a held key does not.
  const on = document.querySelector("a.continue");
  if (on) {
    const since = performance.now();
    const early = (event) => event.repeat || performance.now() - since < HOLD_MS;
    on.addEventListener("click", (event) => { if (early(event)) event.preventDefault(); });
    addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      if (!early(event)) location.href = on.href;
    });
    return;
  }

  const form = document.querySelector("form.trial");
  if (!form) return;
  const buttons = [...form.querySelectorAll("button[name=choice]")];
  const images = [...form.querySelectorAll("img")];
  const loading = form.querySelector(".loading");
  let shownAt = null;
  let sent = false;

  const enable = (on) => buttons.forEach((button) => { button.disabled = !on; });

  // Pictures appear together, once all are decoded. Time runs from the second frame after that: by then they are drawn. Answers are
  // taken from HOLD_MS on.
  const show = () => {
    document.body.classList.remove("waiting");
    loading.hidden = true;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      shownAt = performance.now();
      setTimeout(() => enable(true), HOLD_MS);
      ahead();
    }));
  };
  const ahead = () => form.dataset.next.split(" ").filter(Boolean).forEach((path) => { new Image().src = path; });

  document.body.classList.add("waiting");
  enable(false);
  const slow = setTimeout(() => { loading.hidden = false; }, 400);
  Promise.all(images.map((image) => image.decode()))
    .then(show, () => { form.querySelector(".failed").hidden = false; loading.hidden = true; })
    .finally(() => clearTimeout(slow));

  // Who looked elsewhere meanwhile has no response time that means anything.
  const hidden = () => { if (document.visibilityState === "hidden" && !sent) form.elements.interrupted.value = "1"; };
  hidden();
  document.addEventListener("visibilitychange", hidden);

  form.addEventListener("submit", (event) => {
    if (sent || shownAt === null || performance.now() - shownAt < HOLD_MS || !event.submitter) { event.preventDefault(); return; }
    sent = true;
    form.elements.response_ms.value = (pressedAt ?? performance.now() - shownAt).toFixed(1);
    event.submitter.classList.add("chosen");
  });

  // The time of the press itself, which the browser stamps on the same clock.
  let pressedAt = null;
  const press = (event) => { if (shownAt !== null) pressedAt = Math.max(0, event.timeStamp - shownAt); };
  buttons.forEach((button) => button.addEventListener("click", press));

  // A held Enter or space would press a button again on the next page.
  form.addEventListener("keydown", (event) => { if (event.repeat && event.target.closest("button")) event.preventDefault(); });

  addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
    const button = buttons[(Number(event.key) + 9) % 10];
    if (!button || button.disabled || sent) return;
    event.preventDefault();
    press(event);
    form.requestSubmit(button);
  });
})();
