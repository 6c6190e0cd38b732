// What a page can do beyond being read: order and filter pictures, compare two of them, go through a training.
// Without it everything is still there; so each control is hidden in the page and shown here.
"use strict";

document.documentElement.classList.add("js");

const PAGE = 24; // rows shown at once

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const viewer = document.querySelector("dialog.viewer");

const number = ({ scores }, { at, digits }) => isNaN(scores[at]) ? "–" : scores[at].toFixed(digits).replace("-", "−");

// The rows of a suite.
for (const gallery of all(".gallery")) {
  const list = gallery.querySelector(".rows"), more = gallery.querySelector(".more");
  const controls = gallery.querySelector(".controls"), told = controls.querySelector("output");
  const { figure, style } = controls.elements, buttons = all("button[name=order]", controls);
  const figures = [...figure.options].map(({ value, text, title, dataset }) => ({ at: +value, text, title, ...dataset }));
  const rows = all(".row", list).map((element, time) => {
    const scores = element.dataset.scores.split(" ").map(parseFloat); // "-", not measured, gives NaN
    const sorted = element.querySelector(".scores").appendChild(document.createElement("span"));
    return { element, time, scores, sorted, style: element.dataset.style };
  });
  let order = "time", limit = PAGE, shown = rows;

  // What could not be measured is worse than all else.
  const compare = (a, b) => {
    if (order === "time") return a.time - b.time;
    const { at, better } = figures[figure.selectedIndex];
    const sign = (better === "higher") === (order === "worst") ? 1 : -1;
    const [x, y] = [a.scores[at], b.scores[at]];
    if (isNaN(x) || isNaN(y)) return (isNaN(y) - isNaN(x)) * (order === "worst" ? 1 : -1) || a.time - b.time;
    return sign * (x - y) || a.time - b.time;
  };

  const arrange = () => {
    shown = rows.filter(row => !style || !style.value || row.style === style.value).sort(compare);
    for (const row of rows) row.element.hidden = true;
    shown.forEach((row, place) => { row.element.hidden = place >= limit; });
    list.append(...shown.map(row => row.element));
    for (const button of buttons) button.setAttribute("aria-pressed", button.value === order);
    const by = figures[figure.selectedIndex];
    // A figure that a row does not tell anyway stands there as long as it orders the rows.
    for (const row of rows) row.sorted.textContent = order === "time" || by.first ? "" : `${by.text} ${number(row, by)}`;
    told.value = `${shown.length} pictures, ${order === "time" ? "by time" : `${order} ${by.text} first`}`;
    more.hidden = shown.length <= limit;
    more.textContent = `Show ${Math.min(PAGE, shown.length - limit)} more of ${shown.length}`;
  };
  const restart = () => { limit = PAGE; arrange(); };

  figure.addEventListener("change", () => { if (order === "time") order = "worst"; restart(); });
  style?.addEventListener("change", restart);
  for (const button of buttons) button.addEventListener("click", () => { order = button.value; restart(); });
  controls.addEventListener("submit", event => event.preventDefault());
  more.addEventListener("click", () => {
    const next = shown[limit];
    limit += PAGE;
    arrange();
    next.element.querySelector(".open").focus();
  });
  for (const row of rows) {
    const open = document.createElement("button");
    Object.assign(open, { type: "button", className: "open", textContent: "Compare" });
    open.setAttribute("aria-label", `Compare ${row.element.querySelector(".who").textContent}`);
    row.element.querySelector(".who").append(open);
    const show = () => compareIn(viewer, shown, shown.indexOf(row), figures);
    open.addEventListener("click", show);
    row.element.querySelector(".quad").addEventListener("click", show);
  }
  controls.hidden = false;
  arrange();
}

// Output and truth over one another, with a slider between them.
let step = () => {};

function compareIn(dialog, rows, place, figures) {
  const [under, over] = [".under", ".over"].map(name => dialog.querySelector(name));
  const show = to => {
    place = Math.max(0, Math.min(rows.length - 1, to));
    const { element } = rows[place], [, output, truth] = all(".quad img", element);
    for (const [image, from] of [[over, output], [under, truth]]) Object.assign(image, { src: from.src, alt: from.alt });
    const [name, about] = all(".who > b, .who > span", element).map(part => part.textContent);
    dialog.querySelector("h2").textContent = `${name}, ${about}`;
    dialog.querySelector(".place").textContent = `${place + 1} of ${rows.length}`;
    dialog.querySelector(".remark").textContent = element.querySelector(".remembered")?.textContent ?? "";
    dialog.querySelector("dl").replaceChildren(...figures.flatMap(({ at, text, title, digits }) => {
      const [term, value] = ["dt", "dd"].map(tag => document.createElement(tag));
      Object.assign(term, { textContent: text, title });
      value.textContent = number(rows[place], { at, digits });
      return [term, value];
    }));
    // A disabled button would lose the focus: it stays, and says that it leads nowhere.
    dialog.querySelector("[name=previous]").setAttribute("aria-disabled", place === 0);
    dialog.querySelector("[name=next]").setAttribute("aria-disabled", place === rows.length - 1);
  };
  step = by => show(place + by);
  show(place);
  if (!dialog.open) dialog.showModal();
}

if (viewer) {
  const slide = viewer.querySelector("input"), stage = viewer.querySelector(".stage");
  const cut = () => stage.style.setProperty("--cut", `${slide.value}%`);
  const follow = event => {
    const { left, width } = stage.getBoundingClientRect();
    slide.value = 100 * (event.clientX - left) / width;
    cut();
  };
  slide.addEventListener("input", cut);
  stage.addEventListener("pointerdown", event => { stage.setPointerCapture(event.pointerId); follow(event); });
  stage.addEventListener("pointermove", event => { if (stage.hasPointerCapture(event.pointerId)) follow(event); });
  for (const [name, act] of [["close", () => viewer.close()], ["previous", () => step(-1)], ["next", () => step(1)]])
    viewer.querySelector(`[name=${name}]`).addEventListener("click", act);
  viewer.addEventListener("keydown", event => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.target === slide) return; // there the arrows move the slider
    event.preventDefault();
    step(by);
  });
  viewer.addEventListener("click", event => { if (event.target === viewer) viewer.close(); }); // beside the box
  cut();
}

// The training, epoch by epoch.
for (const epochs of all(".epochs")) {
  const controls = epochs.querySelector(".controls"), player = epochs.querySelector(".player");
  const told = controls.querySelector("output"), slide = controls.querySelector("input");
  const heads = all("th[data-epoch]", epochs), lines = all("tbody tr", epochs).map(line => [...line.cells]);
  const charts = all("svg.under", epochs);
  const marks = charts.map(chart => {
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "path");
    mark.setAttribute("class", "now");
    chart.append(mark);
    return mark;
  });
  const faces = lines.map(cells => {
    const face = document.createElement("div");
    face.className = "trio";
    player.append(face);
    return { face, input: cells[0], truth: cells.at(-1), shots: cells.slice(1, -1) };
  });
  const picture = cell => cell.querySelector("img")?.cloneNode() ?? document.createElement("span");
  const show = () => {
    const at = +slide.value;
    heads.forEach((head, place) => head.classList.toggle("now", place === at));
    for (const { face, input, truth, shots } of faces) {
      face.replaceChildren(...[input, shots[at], truth].map(picture));
      shots.forEach((shot, place) => shot.classList.toggle("now", place === at));
    }
    marks.forEach((mark, place) => {
      const { width, height } = charts[place].viewBox.baseVal, x = (at + 0.5) * width / heads.length;
      mark.setAttribute("d", `M${x} 0V${height}`);
    });
    told.value = `epoch ${heads[at].textContent} of ${heads.at(-1).textContent}: input, output, truth`;
  };
  const go = by => { slide.value = +slide.value + by; show(); };
  slide.addEventListener("input", show);
  controls.addEventListener("submit", event => event.preventDefault());
  controls.elements.back.addEventListener("click", () => go(-1));
  controls.elements.on.addEventListener("click", () => go(1));
  controls.hidden = player.hidden = false;
  show();
}
