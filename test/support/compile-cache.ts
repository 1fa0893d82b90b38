import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Most of a start from source is reading the source: this process and those that it starts keep what came of that.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("../../.cache/compiled", import.meta.url));
enableCompileCache();
