// Bundles styles and islands, gathers the icons in use, and writes everything with content hashes in
// the names to ../src/vardkase/web/static/built, with manifest.json as the list of what is what.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "../src/vardkase/web");
const built = join(web, "static/built");
const out = `${built}.new`;
const entries = [
  "src/app.ts",
  "src/graph.ts",
  "src/apiClient.ts",
  "src/reports.ts",
  "src/timeline.ts",
  "styles/app.css",
];

/** Light values for browsers without light-dark(): a readable light page instead of none at all. */
const lightFallback = {
  name: "light-fallback",
  setup(build) {
    build.onResolve({ filter: /^light-fallback\.css$/ }, (found) => ({
      path: found.path,
      namespace: "fallback",
    }));
    build.onLoad({ filter: /.*/, namespace: "fallback" }, () => ({ contents: fallbackCss(), loader: "css" }));
  },
};

function fallbackCss() {
  const tokens = readFileSync(join(here, "styles/tokens.css"), "utf8");
  const pairs = [...tokens.matchAll(/(--[\w-]+):\s*light-dark\(((?:[^(),]|\([^)]*\))+),/g)];
  const lines = pairs.map(([, name, light]) => `${name}: ${light.trim()};`);
  return `@supports not (color: light-dark(#000, #fff)) { :root { ${lines.join(" ")} } }`;
}

function filesUnder(folder, endings) {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return names.filter((name) => endings.some((ending) => name.endsWith(ending)) && !name.startsWith(built));
}

/** Icons in use: a literal name right after the word "icon" in a template or in the web code. */
function iconNames() {
  const pattern = /icon\w*["']?\s*[:=( ]\s*["']([a-z0-9-]+)["']/g;
  const sources = filesUnder(web, [".html", ".py"]).map((name) => readFileSync(name, "utf8"));
  const names = sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]));
  return [...new Set(names)].sort();
}

function symbol(name) {
  const file = join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  if (!existsSync(file))
    throw new Error(`There is no Tabler outline icon "${name}". Check the name in the template.`);
  const svg = readFileSync(file, "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "")}</symbol>`;
}

function sprite() {
  return `<svg xmlns="http://www.w3.org/2000/svg">${iconNames().map(symbol).join("\n")}</svg>\n`;
}

/** Writes an SVG with its hash in the name and returns its path below the static root. */
function writeSvg(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  writeFileSync(join(out, `${name}-${hash}.svg`), content);
  return `built/${name}-${hash}.svg`;
}

function compress(file) {
  const content = readFileSync(file);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(`${file}.br`, brotliCompressSync(content, quality));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

async function bundle() {
  return esbuild.build({
    absWorkingDir: here,
    entryPoints: entries,
    outdir: out,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
    loader: { ".woff2": "file" },
    plugins: [lightFallback],
  });
}

function manifest(outputs) {
  const named = {};
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    const file = `built/${basename(path)}`;
    if (entryPoint) named[basename(entryPoint).replace(/\.ts$/, ".js")] = file;
    else if (path.includes("-latin-wght")) named[basename(path).replace(/-[A-Z0-9]{8}\./, ".")] = file;
  }
  return named;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await bundle();
const names = {
  ...manifest(metafile.outputs),
  "icons.svg": writeSvg("icons", sprite()),
  "logo.svg": writeSvg("logo", readFileSync(join(here, "src/logo.svg"), "utf8")),
};
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(names, null, 2)}\n`);
for (const name of readdirSync(out).filter((file) => /\.(css|js|svg)$/.test(file))) compress(join(out, name));
rmSync(built, { recursive: true, force: true });
renameSync(out, built);
console.log(
  `front end built: ${Object.keys(names).length} entries, ${iconNames().length} icons in ${relative(process.cwd(), built)}`,
);
