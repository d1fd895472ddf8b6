(function () {
  "use strict";
  var root = document.documentElement;
  function choose(lang) {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    root.setAttribute("data-lang", lang);
    document.querySelectorAll("[data-choose]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-choose") === lang));
    });
    hide();
    try { localStorage.setItem("cradle-report-lang", lang); } catch (error) { /* opened from a file: nothing to keep */ }
  }
  document.querySelectorAll("[data-choose]").forEach(function (button) {
    button.addEventListener("click", function () { choose(button.getAttribute("data-choose")); });
  });

  // A term shows its row of the list of definitions under the pointer or the keyboard's focus.
  var tip = document.getElementById("tip");
  function hide() { tip.hidden = true; }
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
