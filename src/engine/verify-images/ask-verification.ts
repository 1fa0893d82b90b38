import type { ImageVerification, ImageVerificationRequest } from "#api/broker/image-request.ts";

import type { ContextRequest } from "../context/context-source.ts";
import type { RuleContext } from "../context/rule-context.ts";

/** What is known of one party's word about an image. */
export type AskedVerification =
  | { readonly kind: "verified"; readonly verification: Verified }
  | { readonly kind: "failed"; readonly message: string }
  /** Nobody can say for now: that is no verdict about the image. */
  | { readonly kind: "unknown"; readonly message: string }
  /** The answer is on its way; the request is with the collector. */
  | { readonly kind: "pending" };

export type Verified = ImageVerification & { readonly verdict: "verified" };

const unserved = "registries are not read here";

/** Requests without an answer yet, so that all of an object's images are asked for together. */
export class PendingRequests {
  readonly requests: ContextRequest[] = [];
  /** Something was asked for where no registry is read at all. */
  isUnserved = false;

  /** Asks whether a party signed an image or made a statement of it. */
  verification(request: ImageVerificationRequest, context: RuleContext): AskedVerification {
    context.environment.budget.step(100);
    const { source, scope } = context.outside;
    const answer = source.lookUp(request, scope);
    switch (answer.kind) {
      case "pending":
        this.requests.push(request);
        return { kind: "pending" };
      case "unavailable":
        this.isUnserved = true;
        return { kind: "unknown", message: unserved };
      case "failed":
        return { kind: "unknown", message: answer.message };
      case "value": {
        const verification = answer.value as unknown as ImageVerification;
        return verification.verdict === "verified"
          ? { kind: "verified", verification }
          : { kind: "failed", message: verification.message };
      }
      default:
        return answer satisfies never;
    }
  }

  /** Asks what a tag points to: true where that is known, a text where it cannot be told, undefined while it is asked. */
  digest(
    image: string,
    access: ImageVerificationRequest["access"],
    context: RuleContext,
  ): true | string | undefined {
    const { source, scope } = context.outside;
    const request = {
      kind: "imageRegistry",
      reference: image,
      part: "descriptor",
      ...(access === undefined ? {} : { access }),
    } as const;
    const answer = source.lookUp(request, scope);
    switch (answer.kind) {
      case "pending":
        this.requests.push(request);
        return undefined;
      case "unavailable":
        this.isUnserved = true;
        return unserved;
      case "failed":
        return answer.message;
      case "value":
        return true;
      default:
        return answer satisfies never;
    }
  }
}
