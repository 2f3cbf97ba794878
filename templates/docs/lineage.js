// The picture of what reads what: layers from left to right, drawn as SVG.

const BOX = {width: 216, height: 30, across: 64, down: 13, edge: 18, letters: 27};
const MOST = 600;

// Places for these resources: columns by the longest way from what reads nothing, rows so that few lines cross.
function placed(project, ids) {
  const inside = (id, map) => project.near(id, map).filter((other) => ids.has(other));
  const layer = layers(ids, (id) => inside(id, project.parents), (id) => inside(id, project.children));
  const columns = [];
  const put = (node) => { (columns[node.layer] ||= []).push(node); return node; };
  const nodes = new Map([...ids].map((id) => [id, put({id, layer: layer.get(id), up: [], down: []})]));
  const lines = [];
  for (const [id, node] of nodes) {
    for (const parent of inside(id, project.parents)) lines.push(joined(nodes.get(parent), node, put));
  }
  arrange(columns);
  return {columns, nodes, lines};
}

function layers(ids, parents, children) {
  const layer = new Map();
  const waiting = new Map([...ids].map((id) => [id, parents(id).length]));
  const ready = [...ids].filter((id) => !waiting.get(id));
  for (const id of ready) {
    layer.set(id, Math.max(-1, ...parents(id).map((parent) => layer.get(parent) ?? -1)) + 1);
    for (const child of children(id)) {
      waiting.set(child, waiting.get(child) - 1);
      if (waiting.get(child) === 0) ready.push(child);
    }
  }
  for (const id of ids) if (!layer.has(id)) layer.set(id, 0);
  // What has no parents stands directly before its first reader, not far away at the left.
  for (const id of ids) {
    const below = children(id);
    if (!parents(id).length && below.length) layer.set(id, Math.min(...below.map((child) => layer.get(child))) - 1);
  }
  const first = Math.min(...layer.values());
  for (const [id, at] of layer) layer.set(id, at - first);
  return layer;
}

// A line that passes other layers has a point in each of them, so that it goes between the boxes.
function joined(from, to, put) {
  const points = [from];
  for (let at = from.layer + 1; at < to.layer; at += 1) points.push(put({layer: at, up: [], down: []}));
  points.push(to);
  for (let at = 1; at < points.length; at += 1) {
    points[at - 1].down.push(points[at]);
    points[at].up.push(points[at - 1]);
  }
  return points;
}

// Sorts each column by the middle of its neighbours, to and fro.
function arrange(columns) {
  columns.forEach((column) => column.forEach((node, row) => { node.row = row; }));
  const middle = (nodes, own) => (nodes.length ? nodes.reduce((sum, node) => sum + node.row, 0) / nodes.length : own);
  for (let sweep = 0; sweep < 6; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const column of down ? columns : [...columns].reverse()) {
      column.forEach((node) => { node.key = middle(down ? node.up : node.down, node.row); });
      column.sort((a, b) => a.key - b.key);
      column.forEach((node, row) => { node.row = row; });
    }
  }
  level(columns);
}

// Gives rows a height: each node as near to its neighbours as the ones above it allow.
function level(columns) {
  const tall = (node) => (node.id ? BOX.height + BOX.down : BOX.down);
  for (const column of columns) {
    let y = 0;
    for (const node of column) { node.y = y; y += tall(node); }
  }
  for (let sweep = 0; sweep < 8; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const column of down ? columns : [...columns].reverse()) {
      const wanted = column.map((node) => {
        const near = down ? node.up : node.down;
        return near.length ? near.reduce((sum, other) => sum + other.y, 0) / near.length : node.y;
      });
      let least = -Infinity;
      column.forEach((node, at) => { node.y = Math.max(wanted[at], least); least = node.y + tall(node); });
      const over = column.reduce((sum, node, at) => sum + node.y - wanted[at], 0) / column.length;
      column.forEach((node) => { node.y -= over; });
    }
  }
  const top = Math.min(...columns.flat().map((node) => node.y));
  for (const node of columns.flat()) { node.x = node.layer * (BOX.width + BOX.across); node.y -= top; }
}

const svg = (name, about, ...children) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(about)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// The picture of these resources, with buttons to zoom; `here` is the one that the page is about.
function picture(project, ids, here, {about, buttons} = {}) {
  if (ids.size > MOST) {
    const text = `${ids.size} resources are too many for one picture; open one of them to see what is around it.`;
    return el('div', {}, el('div', {class: 'bar'}, buttons), el('p', {class: 'quiet'}, text));
  }
  const {columns, nodes, lines} = placed(project, ids);
  const size = {width: columns.length * (BOX.width + BOX.across) - BOX.across + 2 * BOX.edge,
    height: Math.max(...columns.flat().map((node) => node.y)) + BOX.height + 2 * BOX.edge};
  const lit = lines.map((points) => [points, svg('path', {d: curve(points)})]);
  const boxes = [...nodes.values()].map((node) => drawn(project.get(node.id), node, here, lit));
  const inner = svg('g', {transform: `translate(${BOX.edge} ${BOX.edge})`}, ...lit.map(([, path]) => path), ...boxes);
  const image = svg('svg', {viewBox: `0 0 ${size.width} ${size.height}`, role: 'img', 'aria-label': 'Lineage'}, inner);
  const box = el('div', {class: 'graph', ...about}, image);
  return el('div', {class: 'wide'}, el('div', {class: 'bar'}, buttons, el('span', {class: 'rest'}), zoom(box, image, size, nodes.get(here))), box);
}

function curve(points) {
  const half = BOX.height / 2;
  let path = `M${points[0].x + BOX.width} ${points[0].y + half}`;
  let x = points[0].x + BOX.width;
  for (const point of points.slice(1)) {
    const bend = (x + point.x) / 2;
    const before = points[points.indexOf(point) - 1];
    path += `C${bend} ${before.y + half} ${bend} ${point.y + half} ${point.x} ${point.y + half}`;
    x = point.id ? point.x : point.x + BOX.width;
    if (!point.id) path += `H${x}`;
  }
  return path;
}

function drawn(one, node, here, lit) {
  const name = nameOf(one);
  const short = name.length > BOX.letters ? `${name.slice(0, BOX.letters - 1)}…` : name;
  const about = {class: node.id === here ? `${one.resource_type} here` : one.resource_type,
    transform: `translate(${node.x} ${node.y})`};
  const box = svg('a', {href: linkTo(one), ...about},
    svg('title', {}, `${one.resource_type} ${name}`),
    svg('rect', {width: BOX.width, height: BOX.height, rx: 5}),
    svg('rect', {class: 'strip', width: 5, height: BOX.height, rx: 2}),
    svg('text', {x: 13, y: 20}, short));
  const light = (on) => () => lit.forEach(([points, path]) => {
    if (points[0] === node || points[points.length - 1] === node) path.classList.toggle('lit', on);
  });
  box.addEventListener('mouseenter', light(true));
  box.addEventListener('mouseleave', light(false));
  return box;
}

function zoom(box, image, size, here) {
  let scale = 1;
  const show = (wanted) => {
    scale = Math.min(2, Math.max(0.15, wanted));
    image.setAttribute('width', size.width * scale);
    image.setAttribute('height', size.height * scale);
  };
  const fit = () => show(Math.min(1, (box.clientWidth - 4) / size.width));
  requestAnimationFrame(() => {
    show(Math.min(1, Math.max(0.78, (box.clientWidth - 4) / size.width)));
    if (here) {
      box.scrollLeft = (here.x + BOX.width / 2 + BOX.edge) * scale - box.clientWidth / 2;
      box.scrollTop = (here.y + BOX.edge) * scale - box.clientHeight / 2;
    }
  });
  dragging(box);
  const button = (label, title, act) => el('button', {type: 'button', title, 'aria-label': title, onclick: act}, label);
  return [button('−', 'Smaller', () => show(scale / 1.25)), button('+', 'Larger', () => show(scale * 1.25)),
    button('Fit', 'Fit the width', fit)];
}

function dragging(box) {
  let from;
  box.addEventListener('pointerdown', (event) => {
    if (event.button === 0 && event.pointerType === 'mouse') from = {x: event.clientX + box.scrollLeft, y: event.clientY + box.scrollTop};
  });
  window.addEventListener('pointermove', (event) => {
    if (!from) return;
    box.classList.add('drag');
    box.scrollLeft = from.x - event.clientX;
    box.scrollTop = from.y - event.clientY;
  });
  window.addEventListener('pointerup', () => { from = undefined; box.classList.remove('drag'); });
  box.addEventListener('dragstart', (event) => event.preventDefault());
}
