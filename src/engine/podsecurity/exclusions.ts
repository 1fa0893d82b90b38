import type { PodSecurityExclusion } from "#api/kyverno/pod-security.ts";

import { compileWildcard } from "../values/wildcard.ts";
import type { FieldError } from "./field-error.ts";
import type { ContainerView, PodView } from "./pod-view.ts";
import { errorsOfControl } from "./standard.ts";
import type { Standard, Violation } from "./standard.ts";

/** A control that does not count for some images or values, compiled. */
export interface CompiledExclusion {
  readonly control: string;
  /** Undefined: the exclusion is about the pod itself, not about containers. */
  readonly matchesImage: ((image: string) => boolean) | undefined;
  readonly restrictedField: string;
  /** Undefined: any value. */
  readonly allowsValue: ((value: string) => boolean) | undefined;
}

/** Compiles an exclusion. Throws `BudgetExceeded` for a wildcard that cannot be matched in linear time. */
export function compileExclusion(exclusion: PodSecurityExclusion): CompiledExclusion {
  return {
    control: exclusion.controlName,
    matchesImage: anyOf(exclusion.images),
    restrictedField: exclusion.restrictedField ?? "",
    allowsValue: anyOf(exclusion.values),
  };
}

function anyOf(patterns: readonly string[] | undefined): ((text: string) => boolean) | undefined {
  if (patterns === undefined || patterns.length === 0) return undefined;
  const tests = patterns.map(compileWildcard);
  return (text) => tests.some((matches) => matches(text));
}

/**
 * Takes what the exclusions cover away from the violations. An exclusion judges a part of the pod on its own: without
 * images the pod with one bare container, with images the containers that run them without anything of the pod. Each
 * error that it finds there and that its field and values cover excuses one error of the whole pod, for the same field
 * (of the container with the same name).
 */
export function applyExclusions(
  violations: readonly Violation[],
  exclusions: readonly CompiledExclusion[],
  pod: PodView,
  standard: Standard,
): readonly Violation[] {
  return exclusions.reduce((left, exclusion) => applyExclusion(left, exclusion, pod, standard), violations);
}

function applyExclusion(
  violations: readonly Violation[],
  exclusion: CompiledExclusion,
  pod: PodView,
  standard: Standard,
): readonly Violation[] {
  if (!violations.some(({ control }) => control === exclusion.control)) return violations;
  const { matchesImage } = exclusion;
  const part = matchesImage === undefined ? bareOf(pod) : containersOf(pod, matchesImage);
  const excused = new Map(errorsOfControl(standard, exclusion.control, part).map((of) => [of.id, of.errors]));
  const placeIn = matchesImage === undefined ? () => podPlace : placesOf;
  return violations.flatMap((violation) => {
    const found = excused.get(violation.id) ?? [];
    const errors = excuse(violation.errors, found, exclusion, placeIn(pod), placeIn(part));
    if (errors.length === violation.errors.length) return [violation];
    return errors.length === 0 ? [] : [{ ...violation, errors }];
  });
}

/** How the fields of two pods are compared. */
type Place = (field: string) => string;

function excuse(
  errors: readonly FieldError[],
  found: readonly FieldError[],
  exclusion: CompiledExclusion,
  placeOf: Place,
  placeOfFound: Place,
): readonly FieldError[] {
  const left = [...errors];
  for (const error of found) {
    if (!covers(exclusion, error)) continue;
    const place = placeOfFound(error.field);
    const index = left.findIndex((candidate) => placeOf(candidate.field) === place);
    if (index < 0) continue;
    // The last error takes the place of the excused one: messages show them in this order.
    const last = left.pop();
    if (last !== undefined && index < left.length) left[index] = last;
  }
  return left;
}

function covers(exclusion: CompiledExclusion, error: FieldError): boolean {
  const { restrictedField, allowsValue } = exclusion;
  if (restrictedField !== "" && restrictedField !== withoutIndexes(error.field)) return false;
  return allowsValue === undefined || error.values.every(allowsValue);
}

function withoutIndexes(field: string): string {
  return field.replaceAll(/\d+/g, "*");
}

const podPlace: Place = withoutIndexes;

/** The field with, for one of a container, the name of that container. */
function placesOf(pod: PodView): Place {
  const names = new Map(pod.containers.map(({ path, name }) => [path, name]));
  return (field) => {
    const container = /^spec\.(?:c|initC|ephemeralC)ontainers\[\d+\]/.exec(field)?.[0];
    const name = container === undefined ? undefined : names.get(container);
    return name === undefined ? withoutIndexes(field) : `${withoutIndexes(field)} ${name}`;
  };
}

const bareContainer: ContainerView = {
  path: "spec.containers[0]",
  name: "fake",
  image: "",
  security: undefined,
  hostPorts: [],
  handlerHosts: [],
};

function bareOf(pod: PodView): PodView {
  return { ...pod, containers: [bareContainer] };
}

/** The containers with matching images, numbered anew, in a pod that sets nothing. */
function containersOf(pod: PodView, matchesImage: (image: string) => boolean): PodView {
  const counts = new Map<string, number>();
  const containers = pod.containers
    .filter(({ image }) => matchesImage(image))
    .map((container) => {
      const group = container.path.slice(0, container.path.indexOf("["));
      const index = counts.get(group) ?? 0;
      counts.set(group, index + 1);
      return { ...container, path: `${group}[${index}]` };
    });
  return {
    annotations: new Map(),
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
    isWindows: false,
    security: undefined,
    volumes: [],
    containers,
  };
}
