// What a CPU profile of the browser says, in lines.

/** So many functions are told of, of each kind. */
const SHOWN_LEN = 30;

/**
 * The functions of a profile that took most: by themselves, and with what they called. A released program has no names: build
 * with `CARGO_PROFILE_WASM_RELEASE_STRIP=false` to see them.
 */
export function tell(profile) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, { ...node, self: 0 }]));
  profile.samples.forEach((id, at) => {
    nodes.get(id).self += profile.timeDeltas[at];
  });
  const [own, whole] = [new Map(), new Map()];
  walk(nodes, nodes.get(profile.nodes[0].id), new Set(), own, whole);
  const all = (profile.endTime - profile.startTime) / 1_000;
  return [...table('by itself', own, all), ...table('with what it called', whole, all)].join('\n');
}

function walk(nodes, node, above, own, whole) {
  const name = nameOf(node.callFrame);
  add(own, name, node.self);
  // A function that calls itself counts once.
  const isFirst = !above.has(name);
  if (isFirst) above.add(name);
  let total = node.self;
  for (const child of node.children ?? []) total += walk(nodes, nodes.get(child), above, own, whole);
  if (isFirst) {
    above.delete(name);
    add(whole, name, total);
  }
  return total;
}

function nameOf({ functionName, url, lineNumber }) {
  const file = url.split('/').at(-1).split('?')[0];
  return `${functionName || `(line ${lineNumber + 1})`}${file && !file.endsWith('.wasm') ? `  ${file}` : ''}`;
}

function add(sums, name, microseconds) {
  sums.set(name, (sums.get(name) ?? 0) + microseconds / 1_000);
}

function table(what, sums, all) {
  const most = [...sums].sort(([, one], [, other]) => other - one).slice(0, SHOWN_LEN);
  const lines = most.map(([name, ms]) => `  ${((ms / all) * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(6)} ms  ${name}`);
  return [`  functions, ${what}:`, ...lines];
}
