(() => {
  "use strict";
  const runs = JSON.parse(document.getElementById("runs").textContent);
  const byId = id => document.getElementById(id);
  const pair = ([a, b]) => `(${a}, ${b})`;

  // the values of a mark, where the pointer is
  const tip = byId("tip");
  const hide = () => { tip.hidden = true; };
  const show = event => {
    const mark = event.target.closest(".mark");
    if (!mark) return hide();
    const { series, step } = mark.dataset;
    const run = runs.find(run => run.name === series);
    tip.textContent = run && step !== undefined
      ? `${series}, step ${step}\nx = ${pair(run.x[step])}\ny = ${pair(run.y[step])}\nL = ${run.loss[step]}`
      : `${series}: (${mark.dataset.x}, ${mark.dataset.y})`;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - width - 4))}px`;
    tip.style.top = `${event.clientY - height - 12 < 4 ? event.clientY + 16 : event.clientY - height - 12}px`;
  };
  document.addEventListener("pointerover", show);
  document.addEventListener("pointerdown", show);
  document.addEventListener("scroll", hide, { passive: true });

  // the replay
  const slider = byId("step"), play = byId("play"), last = Number(slider.max);
  const marks = [...byId("replayed").querySelectorAll(".mark[data-step]")];
  const rows = [...byId("readout").tBodies[0].rows];
  const go = step => {
    slider.value = step;
    byId("number").value = step;
    byId("readout").querySelector("caption span").textContent = step;
    for (const mark of marks) {
      const at = Number(mark.dataset.step);
      mark.style.opacity = at > step ? 0 : at === step ? 1 : 0.45;
      mark.style.pointerEvents = at > step ? "none" : "";
    }
    runs.forEach((run, i) => {
      const values = [pair(run.x[step]), pair(run.y[step]), run.loss[step]];
      values.forEach((value, k) => { rows[i].cells[k + 1].textContent = value; });
    });
  };
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Stop";
    if (Number(slider.value) === last) go(0);
    timer = setInterval(() => {
      const next = Number(slider.value) + 1;
      go(Math.min(next, last));
      if (next >= last) stop();
    }, 700);
  });
  byId("controls").hidden = false;
})();
