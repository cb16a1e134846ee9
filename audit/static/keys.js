// The keyboard, the marks on turns, and ways into the transcript. Every page works without it, by links and forms.
"use strict";
(() => {
  const KEYS = "winnow-keys";
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const one = (what, within = document) => within.querySelector(what);
  const say = (text) => { one("#said").textContent = text; };

  // --- turns -------------------------------------------------------------------------------------------------------
  const turns = () => all("#transcript .turn");
  let current = null;

  function show(turn) {
    for (let outer = turn.parentElement; outer && outer.id !== "transcript"; outer = outer.parentElement) {
      if (outer.tagName === "DETAILS") outer.open = true;
    }
    current = Number(turn.dataset.index);
    turn.scrollIntoView({ block: "center" });
    turn.focus({ preventScroll: true });
  }

  function leadTo(index) {
    const transcript = one("#transcript");
    if (!transcript) return false;
    const turn = one(`#t${index}`);
    if (turn) { show(turn); return true; }
    say(`Fetching turn ${index}`);
    window.htmx.ajax("GET", `${transcript.dataset.address}?at=${index}`, { target: "#transcript", swap: "outerHTML" })
      .then(() => { const found = one(`#t${index}`); if (found) show(found); });
    return true;
  }

  function step(by) {
    const rows = all("tr[data-row]");
    if (!one("#transcript") && rows.length) {
      const at = rows.findIndex((row) => row.classList.contains("current"));
      const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
      rows.forEach((each) => each.classList.toggle("current", each === row));
      one("a", row)?.focus();
      row.scrollIntoView({ block: "nearest" });
      return;
    }
    const seen = turns().filter((turn) => turn.closest("details:not([open])") === null || turn.dataset.index === String(current));
    if (!seen.length) return;
    const at = seen.findIndex((turn) => Number(turn.dataset.index) >= (current ?? -1));
    const here = at >= 0 && Number(seen[at].dataset.index) === current;
    show(seen[Math.min(Math.max(current === null ? 0 : here ? at + by : by > 0 ? at : at - 1, 0), seen.length - 1)]);
  }

  const evidence = () => [...new Set((one("#verdict")?.dataset.evidence || all("[data-reason] [data-turn]").map((link) => link.dataset.turn).join(","))
    .split(",").filter(Boolean).map(Number))].sort((a, b) => a - b);

  function stepEvidence(by, found = evidence()) {
    const from = current ?? -1;
    const next = by > 0 ? found.find((turn) => turn > from) ?? found[0] : found.findLast((turn) => turn < from) ?? found.at(-1);
    if (next !== undefined) leadTo(next);
  }

  // --- marks -------------------------------------------------------------------------------------------------------
  const form = () => one("#verdict");
  const marks = new Set();
  let lastMark = null;

  function tellMarks() {
    if (!form()) return;
    one("#marked").value = [...marks].sort((a, b) => a - b).join(",");
    one("#marks-said").textContent = marks.size ? `${marks.size} turn${marks.size > 1 ? "s" : ""} marked` : "No turns marked";
    one("#clear-marks").hidden = marks.size === 0;
    all("#transcript input[name=turn]").forEach((box) => { box.checked = marks.has(Number(box.value)); });
    try { sessionStorage.setItem(`winnow-marks-${form().dataset.session}`, one("#marked").value); } catch { /* no storage, no draft */ }
  }

  function mark(index, on = !marks.has(index)) {
    if (on) { marks.add(index); lastMark = index; } else marks.delete(index);
    tellMarks();
    say(`Turn ${index} ${on ? "marked" : "unmarked"}`);
  }

  function markTo(index) {
    if (lastMark === null) { mark(index); return; }
    const [from, to] = [Math.min(lastMark, index), Math.max(lastMark, index)];
    for (let turn = from; turn <= to; turn += 1) marks.add(turn);
    lastMark = index;
    tellMarks();
    say(`Turns ${from} to ${to} marked`);
  }

  // --- keys --------------------------------------------------------------------------------------------------------
  const keysOn = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; } };
  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

  const acts = {
    j: () => step(1),
    k: () => step(-1),
    "]": () => stepEvidence(1),
    "[": () => stepEvidence(-1),
    m: () => { if (form() && current !== null) mark(current); },
    M: () => { if (form() && current !== null) markTo(current); },
    e: () => { if (form()) { evidence().forEach((turn) => marks.add(turn)); tellMarks(); say("All evidence marked"); } },
    x: () => {
      const fold = current === null ? null : one(`#t${current} details`) || one(`#t${current}`)?.closest("details");
      if (fold) fold.open = !fold.open;
    },
    o: () => { if (current !== null) one(`#t${current} .all`)?.click(); },
    n: () => one("#note")?.focus(),
    "/": () => { const field = one("#at"); if (field) field.focus(); else if (one("#filter")) { one(".filters").open = true; one("#show").focus(); } },
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target) || one("dialog[open]")) return;
    if (!keysOn() && event.key !== "?") return;
    const button = all("[data-key]").find((each) => each.dataset.key === event.key && !each.disabled);
    if (button) { if (!event.repeat) button.click(); event.preventDefault(); return; }
    if (/^[1-9]$/.test(event.key)) {
      const found = all(`[data-reason="${event.key}"] [data-turn]`).map((link) => Number(link.dataset.turn));
      if (found.length) { stepEvidence(1, found); event.preventDefault(); }
      return;
    }
    const act = acts[event.key];
    if (act) { act(); event.preventDefault(); }
  });

  // --- clicks ------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-turn]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && leadTo(Number(link.dataset.turn))) event.preventDefault();
    if (event.target.closest("#help-button")) one("#help").showModal();
    if (event.target.closest("#clear-marks")) { marks.clear(); tellMarks(); }
    const turn = event.target.closest(".turn");
    if (turn) current = Number(turn.dataset.index);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[name=turn]")) mark(Number(event.target.value), event.target.checked);
    if (event.target.id === "keys-on") try { localStorage.setItem(KEYS, event.target.checked ? "on" : "off"); } catch { /* then they stay on */ }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "jump" && /^\d+$/.test(one("#at").value.trim())) { event.preventDefault(); one("#at").blur(); leadTo(Number(one("#at").value)); }
    if (event.target.id === "verdict") {
      if (event.target.dataset.sent) { event.preventDefault(); return; }
      event.target.dataset.sent = "yes";
      try { sessionStorage.removeItem(`winnow-marks-${form().dataset.session}`); } catch { /* nothing was kept */ }
    }
  });
  document.addEventListener("htmx:after:swap", tellMarks);
  window.addEventListener("pageshow", () => { if (form()) delete form().dataset.sent; });

  document.addEventListener("DOMContentLoaded", () => {
    one("#keys-on").checked = keysOn();
    if (form()) {
      try { (sessionStorage.getItem(`winnow-marks-${form().dataset.session}`) || "").split(",").filter(Boolean).forEach((turn) => marks.add(Number(turn))); } catch { /* no draft */ }
      tellMarks();
    }
    const named = /^#t(\d+)$/.exec(location.hash);
    if (named) leadTo(Number(named[1]));
  });
})();
