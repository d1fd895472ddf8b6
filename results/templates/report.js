(function () {
  "use strict";
  var root = document.documentElement;
  function choose(lang) {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    root.setAttribute("data-lang", lang);
    document.querySelectorAll("[data-choose]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-choose") === lang));
    });
    try { localStorage.setItem("cradle-report-lang", lang); } catch (error) { /* opened from a file: nothing to keep */ }
  }
  document.querySelectorAll("[data-choose]").forEach(function (button) {
    button.addEventListener("click", function () { choose(button.getAttribute("data-choose")); });
  });
})();
