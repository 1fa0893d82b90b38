import { randomBytes } from "node:crypto";

/** Random per process: hashes of tenants' texts must not be comparable from outside. */
export function processKey(): Uint8Array {
  return randomBytes(16);
}
