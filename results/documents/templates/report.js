(function () {
  "use strict";
  var root = document.documentElement;
  var KEPT = "cradle-report-lang";
  function showIn(lang) {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    root.setAttribute("data-lang", lang);
    document.querySelectorAll("[data-choose]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-choose") === lang));
    });
    var title = document.querySelector('h1 [data-l="' + lang + '"]');
    if (title) { document.title = title.textContent; }
    hide();
  }
  function choose(lang) {
    showIn(lang);
    try { localStorage.setItem(KEPT, lang); } catch (error) { /* opened from a file: nothing to keep */ }
  }
  document.querySelectorAll("[data-choose]").forEach(function (button) {
    button.addEventListener("click", function () { choose(button.getAttribute("data-choose")); });
  });

  // A report written without --lang opens in the language its reader chose before, else in the browser's.
  function readersLanguage() {
    var kept = null;
    try { kept = localStorage.getItem(KEPT); } catch (error) { /* opened from a file: nothing is kept */ }
    var spoken = (navigator.languages && navigator.languages[0]) || navigator.language || "en";
    return kept === "en" || kept === "zh" ? kept : /^zh/i.test(spoken) ? "zh" : "en";
  }

  // A term shows its row of the list of definitions under the pointer or the keyboard's focus.
  var tip = document.getElementById("tip");
  function hide() { tip.hidden = true; }
  if (root.hasAttribute("data-follows-browser")) { showIn(readersLanguage()); }
  function show(term) {
    var row = document.getElementById(term.getAttribute("href").slice(1));
    if (!row) { return; }
    var cells = row.children;
    tip.innerHTML = "<b>" + cells[0].innerHTML + "</b><i>" + cells[1].innerHTML + " · " + cells[2].innerHTML + "</i>" +
      cells[3].innerHTML;
    tip.hidden = false;
    var at = term.getBoundingClientRect(), own = tip.getBoundingClientRect(), wide = root.clientWidth;
    tip.style.left = Math.max(8, Math.min(at.left, wide - own.width - 8)) + "px";
    var below = at.bottom + 6 + own.height < window.innerHeight;
    tip.style.top = (below ? at.bottom + 6 : Math.max(8, at.top - own.height - 6)) + "px";
    term.setAttribute("aria-describedby", "tip");
  }
  document.querySelectorAll("a.term").forEach(function (term) {
    ["mouseenter", "focus"].forEach(function (name) { term.addEventListener(name, function () { show(term); }); });
    ["mouseleave", "blur"].forEach(function (name) { term.addEventListener(name, hide); });
  });
  window.addEventListener("scroll", hide, { passive: true });

  // Print shows what is folded, except annexes.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not(.annex):not([open])").forEach(function (part) {
      part.open = true;
      opened.push(part);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
    opened = [];
  });
})();
