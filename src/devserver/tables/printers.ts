import type { TablePrinter } from "../resources/served-resource.ts";
import { corePrinters } from "./core-printers.ts";
import { otherPrinters } from "./other-printers.ts";
import { podPrinter } from "./pod-printer.ts";
import { ageOf, printer } from "./printer.ts";
import { workloadPrinters } from "./workload-printers.ts";

const printers: Readonly<Record<string, TablePrinter>> = {
  Pod: podPrinter,
  ...corePrinters,
  ...workloadPrinters,
  ...otherPrinters,
};

const plain = printer("Age", (object, nowMs) => [ageOf(object, nowMs)]);

/** How `kubectl get` shows a built-in kind. */
export function printerOf(kind: string): TablePrinter {
  return printers[kind] ?? plain;
}
