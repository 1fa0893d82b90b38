#!/usr/bin/env node
import { controllerHelp, parseControllerFlags } from "./compose/controller-flags.ts";

const [command, ...args] = process.argv.slice(2);

if (command === "controller") {
  const { flags, help, stray } = parseControllerFlags(args);
  if (help) {
    process.stdout.write(controllerHelp());
  } else if (stray.length > 0) {
    process.stderr.write(`rearguard controller takes flags only, not ${stray.join(" ")}; see --help\n`);
    process.exitCode = 2;
  } else {
    const { startController } = await import("./compose/start-controller.ts");
    process.exitCode = await startController(flags);
  }
} else {
  const { runCommandLine } = await import("./compose/command-line.ts");
  process.exitCode = await runCommandLine(process.argv);
}
