import { spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * The shell reads what to look after from its standard input. The input ends when this process ends, however
 * it ends (kill -9 included); then every process group still listed is killed and every folder removed.
 */
const guardScript = `
groups=" "
while read -r verb value; do
  case "$verb" in
    add) groups="$groups$value " ;;
    drop) kept=" "; for g in $groups; do [ "$g" = "$value" ] || kept="$kept$g "; done; groups="$kept" ;;
    folder) set -- "$@" "$value" ;;
  esac
done
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
for f in "$@"; do rm -rf -- "$f"; done
`;

let guardInput: Writable | undefined;

const ensureGuard = (): Writable => {
  if (guardInput !== undefined) return guardInput;
  const guard = spawn("/bin/sh", ["-c", guardScript, "control-plane-guard"], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", (error) => {
    throw new Error(`The guard of the control plane's processes cannot start: ${error.message}`);
  });
  guard.unref();
  // A child's pipe is a socket, but the type of the stream does not say so.
  (guard.stdin as Writable & { unref?: () => void }).unref?.();
  guardInput = guard.stdin;
  return guardInput;
};

/** Kills the process group when this process ends before `releaseGroup` was called for it. */
export const guardGroup = (pid: number): void => {
  ensureGuard().write(`add ${pid}\n`);
};

/** To be called once the group is gone, because its number may be given to another process. */
export const releaseGroup = (pid: number): void => {
  ensureGuard().write(`drop ${pid}\n`);
};

/** Removes the folder when this process ends; harmless when it is gone by then. */
export const guardFolder = (folder: string): void => {
  ensureGuard().write(`folder ${folder}\n`);
};
