"use strict";
(() => {
  document.documentElement.classList.add("js");

  /* Long tables: rows sort by a heading and can be searched. */
  const LONG = 20;
  const compare = (one, other) => {
    const [a, b] = [Number(one.dataset.value ?? NaN), Number(other.dataset.value ?? NaN)];
    if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
    if (Number.isNaN(a) !== Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1;
    return one.textContent.localeCompare(other.textContent, "en-GB");
  };
  const sortBy = (table, head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => compare(a.cells[column], b.cells[column]));
    body.append(...(down ? rows.reverse() : rows));
  };
  const search = (table, caption) => {
    const label = document.createElement("label");
    const field = document.createElement("input");
    label.className = "search";
    label.append(`Rows of “${caption}” that hold `, field);
    field.type = "search";
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    table.closest(".scroll").before(label);
  };
  document.querySelectorAll("main table").forEach((table) => {
    const body = table.tBodies[0];
    if (!body || body.rows.length < LONG) return;
    search(table, table.caption.textContent);
    table.querySelectorAll("thead th").forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sortBy(table, head, column));
    });
  });

  /* The map. */
  const figure = document.getElementById("plan-map");
  if (!figure) return;
  const svg = figure.querySelector(".canvas > svg");
  const canvas = figure.querySelector(".canvas");
  const chosen = figure.querySelector(".chosen");
  const bar = figure.querySelector(".scale-bar");
  const whole = { x: 0, y: 0, width: 1000, height: Number(svg.dataset.height) };
  const marks = [...svg.querySelectorAll(".mark")];
  const marksAt = new Map(marks.map((mark) => [mark.dataset.at, mark]));
  const tied = [...svg.querySelectorAll(".line, .hull")];
  const routes = [...svg.querySelectorAll(".route")];
  const field = (name) => figure.querySelector(`[name="${name}"]`);
  const ticked = (name) => new Set([...figure.querySelectorAll(`[name="${name}"]:checked`)].map((box) => box.value));
  let view = { ...whole };

  const show = () => {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    svg.style.setProperty("--k", view.width / (svg.clientWidth || 1000));
    canvas.classList.toggle("zoomed", view.width < whole.width);
    bar.hidden = view.width !== whole.width;
  };
  const zoom = (factor, x = view.x + view.width / 2, y = view.y + view.height / 2) => {
    const width = Math.min(whole.width * 8, Math.max(whole.width / 60, view.width * factor));
    const by = width / view.width;
    view = { x: x - (x - view.x) * by, y: y - (y - view.y) * by, width, height: view.height * by };
    show();
  };
  const look = (x, y, width) => {
    const height = (width * whole.height) / whole.width;
    view = { x: x - width / 2, y: y - height / 2, width, height };
    show();
  };
  const move = (right, down) => {
    view = { ...view, x: view.x + right * view.width, y: view.y + down * view.height };
    show();
  };
  const steps = { in: () => zoom(1 / 1.5), out: () => zoom(1.5), all: () => { view = { ...whole }; show(); } };
  figure.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", steps[button.dataset.do]));
  const keys = {
    ArrowLeft: () => move(-0.15, 0), ArrowRight: () => move(0.15, 0),
    ArrowUp: () => move(0, -0.15), ArrowDown: () => move(0, 0.15),
    "+": steps.in, "=": steps.in, "-": steps.out, "0": steps.all,
  };
  canvas.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return [
      view.x + ((event.clientX - box.left) / box.width) * view.width,
      view.y + ((event.clientY - box.top) / box.height) * view.height,
    ];
  };
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...at(event));
  }, { passive: false });

  /* One finger or the mouse moves the map, two fingers change its size. */
  const fingers = new Map();
  const apart = () => {
    const [one, other] = [...fingers.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  };
  let moved = 0;
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved = 0;
  });
  window.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const gap = fingers.size === 2 ? apart() : 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved += Math.abs(event.clientX - before.x) + Math.abs(event.clientY - before.y);
    if (fingers.size === 2) zoom(gap / Math.max(1, apart()));
    else move((before.x - event.clientX) / svg.clientWidth, (before.y - event.clientY) / svg.clientHeight);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }

  /* What is picked is shown, and the chosen school stands out. */
  const takes = (mark, need) => !need || mark.dataset.needs.split(" ").includes(need);
  const draw = () => {
    const plan = Number(figure.querySelector('[name="map-plan"]:checked')?.value ?? svg.dataset.plan);
    const kinds = ticked("map-kind");
    const layers = ticked("map-layer");
    const need = field("map-need").value;
    const school = field("map-school").value;
    for (const mark of marks) {
      const radius = Number(mark.dataset.radii.split(" ")[plan]);
      mark.classList.toggle("off", !radius || !takes(mark, need) || !kinds.has(mark.dataset.kind));
      mark.classList.toggle("hollow", mark.dataset.hidden.split(" ")[plan] === "1");
      mark.classList.toggle("picked", mark.dataset.at === school);
      mark.querySelector("path").setAttribute("transform", `translate(${mark.dataset.shift}) scale(${radius})`);
    }
    for (const shape of tied) {
      const isPicked = shape.dataset.at === school;
      const isLine = shape.classList.contains("line");
      const isIn = Number(shape.dataset.plan) === plan && kinds.has(shape.dataset.kind)
        && (!need || shape.dataset.need === need || (!shape.dataset.need && takes(marksAt.get(shape.dataset.at), need)));
      const isAsked = isLine ? layers.has("lines") && (!school || isPicked) : layers.has("hulls") || isPicked;
      shape.classList.toggle("off", !isIn || !isAsked);
      shape.classList.toggle("on", isIn && isAsked);
      shape.classList.toggle("picked", isPicked);
    }
    const route = field("map-route")?.value ?? "";
    for (const run of routes) {
      const isPicked = run.dataset.route === route;
      const goesThere = !school || run.dataset.schools.split(" ").includes(marksAt.get(school).dataset.school);
      run.classList.toggle("on", isPicked || (!route && layers.has("routes") && goesThere));
      run.classList.toggle("picked", isPicked);
    }
    svg.classList.toggle("no-localities", !layers.has("localities"));
    const told = [marksAt.get(school), routes.find((run) => run.dataset.route === route)];
    chosen.textContent = told.map((one) => one?.querySelector("title").textContent ?? "").join(" ").trim();
  };
  const pick = (list, ident) => {
    list.value = list.value === ident ? "" : ident;
    draw();
  };
  svg.addEventListener("click", (event) => {
    if (moved >= 6) return;
    const mark = event.target.closest(".mark");
    const run = event.target.closest(".route");
    if (mark) pick(field("map-school"), mark.dataset.at);
    else if (run) pick(field("map-route"), run.dataset.route);
  });
  field("map-school").addEventListener("change", (event) => {
    const mark = marksAt.get(event.target.value);
    if (!mark) return;
    const { e: x, f: y } = mark.transform.baseVal.consolidate().matrix;
    look(x, y, Math.min(view.width, whole.width / 3));
  });
  field("map-route")?.addEventListener("change", (event) => {
    const run = routes.find((one) => one.dataset.route === event.target.value);
    if (!run) return;
    run.classList.add("on"); // what is not shown has no size
    const { x, y, width, height } = run.getBBox();
    const wide = Math.max(width, (height * whole.width) / whole.height);
    look(x + width / 2, y + height / 2, Math.max(1.3 * wide, whole.width / 6));
  });
  figure.addEventListener("change", draw);
  window.addEventListener("resize", show);
  window.addEventListener("beforeprint", show);
  show();
  draw();
})();
