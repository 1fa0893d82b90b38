import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** Lines as one gzip member; members may stand one behind the other. */
export async function compressLines(lines: readonly string[]): Promise<Buffer> {
  return compress(`${lines.join("\n")}\n`);
}
