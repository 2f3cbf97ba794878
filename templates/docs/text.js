// Elements, prose and code. Every value of a project becomes a text node: nothing that it says is read as HTML.

function el(name, about, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(about || {})) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ''));
  return made;
}

// Only addresses that lead to pages; anything else stays text.
function safeAddress(text) {
  const plain = text.trim();
  return /^(https?:\/\/|mailto:|#)/i.test(plain) ? plain : undefined;
}

const INLINE = /(`+)([\s\S]+?)\1|!?\[([^\]]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)|\*\*(.+?)\*\*|__(.+?)__|\*([^\s*](?:.*?[^\s*])?)\*|\b_([^\s_](?:.*?[^\s_])?)_\b|(https?:\/\/[^\s<>()"']+[^\s<>()"'.,;:!?])/;

function inline(text) {
  const parts = [];
  let rest = text;
  for (let hit = INLINE.exec(rest); hit && parts.length < 2000; hit = INLINE.exec(rest)) {
    if (hit.index) parts.push(rest.slice(0, hit.index));
    const [whole, , code, label, address, bold, bold2, slant, slant2, bare] = hit;
    if (code !== undefined) parts.push(el('code', {}, code.trim()));
    else if (address !== undefined) parts.push(link(label || address, address));
    else if (bold !== undefined || bold2 !== undefined) parts.push(el('strong', {}, inline(bold || bold2)));
    else if (bare !== undefined) parts.push(link(bare, bare));
    else parts.push(el('em', {}, inline(slant || slant2)));
    rest = rest.slice(hit.index + whole.length);
  }
  return parts.concat(rest);
}

function link(label, address) {
  const safe = safeAddress(address);
  if (!safe) return label;
  const outside = !safe.startsWith('#');
  return el('a', {href: safe, target: outside && '_blank', rel: outside && 'noopener noreferrer'}, inline(label === address ? '' : label),
    label === address ? label : '');
}

// The part of Markdown that descriptions use: headings, lists, tables, quotes, code, paragraphs.
function prose(text, about) {
  const box = el('div', {class: 'prose', ...about});
  const lines = String(text).replace(/\r\n?/g, '\n').split('\n');
  for (let at = 0; at < lines.length;) {
    const [made, next] = block(lines, at);
    if (made) box.append(made);
    at = next;
  }
  return box;
}

const LIST = /^\s*(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const ROW = /^\s*\|.*\|\s*$/;
const STARTS = [/^\s*$/, /^\s{0,3}#{1,6}\s/, /^\s*(```|~~~)/, /^\s*>/, LIST, ROW];

function block(lines, at) {
  const line = lines[at];
  const take = (test) => { let end = at; while (end < lines.length && test(lines[end])) end += 1; return end; };
  if (!line.trim()) return [undefined, at + 1];
  const fence = /^\s*(```|~~~)/.exec(line);
  if (fence) {
    let end = at + 1;
    while (end < lines.length && !lines[end].trim().startsWith(fence[1])) end += 1;
    return [el('pre', {}, el('code', {}, lines.slice(at + 1, end).join('\n'))), end + 1];
  }
  const heading = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) return [el(`h${Math.min(heading[1].length, 4)}`, {}, inline(heading[2])), at + 1];
  if (/^\s*(\*\s*\*\s*\*|-\s*-\s*-|_\s*_\s*_)[\s*_-]*$/.test(line)) return [el('hr'), at + 1];
  if (/^\s*>/.test(line)) {
    const end = take((each) => /^\s*>/.test(each));
    return [el('blockquote', {}, ...prose(lines.slice(at, end).map((each) => each.replace(/^\s*> ?/, '')).join('\n')).childNodes), end];
  }
  if (LIST.test(line)) return list(lines, at);
  if (ROW.test(line) && /^[\s|:-]+$/.test(lines[at + 1] || 'x')) {
    const end = take((each) => ROW.test(each));
    return [tableOf(lines.slice(at, end)), end];
  }
  let end = at + 1;
  while (end < lines.length && !STARTS.some((start) => start.test(lines[end]))) end += 1;
  return [el('p', {}, inline(lines.slice(at, end).join('\n'))), end];
}

function list(lines, at) {
  const made = el(LIST.exec(lines[at])[1] === undefined ? 'ul' : 'ol');
  let end = at;
  while (end < lines.length) {
    const item = LIST.exec(lines[end]);
    if (!item) break;
    let text = item[2];
    for (end += 1; end < lines.length && /^\s+\S/.test(lines[end]) && !LIST.test(lines[end]); end += 1) text += ` ${lines[end].trim()}`;
    made.append(el('li', {}, inline(text)));
  }
  return [made, end];
}

function tableOf(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => inline(cell.trim().replace(/\\\|/g, '|')));
  const head = el('tr', {}, cells(lines[0]).map((cell) => el('th', {}, cell)));
  return el('table', {}, el('thead', {}, head),
    el('tbody', {}, lines.slice(2).map((line) => el('tr', {}, cells(line).map((cell) => el('td', {}, cell))))));
}

const SQL = new RegExp([
  /(\{#[\s\S]*?#\}|--[^\n]*|\/\*[\s\S]*?\*\/)/, /(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})/, /('(?:[^']|'')*')/, /("(?:[^"]|"")*")/,
  /\b(\d+(?:\.\d+)?)\b/,
  /\b(select|from|where|group|order|by|having|limit|offset|with|recursive|as|on|using|join|left|right|full|inner|outer|cross|union|all|except|intersect|case|when|then|else|end|and|or|not|in|is|null|between|like|exists|distinct|over|partition|rows|range|preceding|following|unbounded|current|row|cast|values|insert|into|update|delete|create|table|view|asc|desc|filter|window|true|false|coalesce|count|sum|min|max|avg)\b/,
].map((part) => part.source).join('|'), 'gi');
const LONGEST = 200000;

// SQL with its words marked; in a template, names that `resolve` knows are links.
function code(text, resolve) {
  const box = el('code');
  if (text.length > LONGEST) { box.append(text); return el('pre', {tabindex: 0}, box); }
  let last = 0;
  for (const hit of text.matchAll(SQL)) {
    const [whole, comment, jinja, string, , number, word] = hit;
    const kind = comment ? 'c' : jinja ? 'j' : string ? 's' : number ? 'n' : word ? 'k' : undefined;
    if (!kind) continue;
    box.append(text.slice(last, hit.index), el('span', {class: kind}, jinja && resolve ? linked(whole, resolve) : whole));
    last = hit.index + whole.length;
  }
  box.append(text.slice(last));
  return el('pre', {tabindex: 0}, box);
}

function linked(jinja, resolve) {
  const parts = [];
  let last = 0;
  for (const hit of jinja.matchAll(/\b(?:ref|source)\s*\(([^()]*)\)/g)) {
    const names = [...hit[1].matchAll(/'([^']*)'|"([^"]*)"/g)].map((each) => each[1] ?? each[2]);
    const to = resolve(names);
    if (!to) continue;
    parts.push(jinja.slice(last, hit.index), el('a', {href: to}, hit[0]));
    last = hit.index + hit[0].length;
  }
  return parts.concat(jinja.slice(last));
}
