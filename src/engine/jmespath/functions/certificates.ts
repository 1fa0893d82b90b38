import { textAt } from "../call-arguments.ts";
import { floats } from "../floats.ts";
import type { FunctionSpec } from "../function-spec.ts";
import { decodeCertificate } from "../x509/decode-certificate.ts";

/** A self-signed certificate with a 1024-bit key, for the example. */
const example = `-----BEGIN CERTIFICATE-----
MIICADCCAWmgAwIBAgIUXc2vfoW6erJ3C6qtYtMQXNvPqOMwDQYJKoZIhvcNAQEL
BQAwEjEQMA4GA1UEAwwHZXhhbXBsZTAeFw0yNjExMjQxMTA5MzFaFw0zNjExMjEx
MTA5MzFaMBIxEDAOBgNVBAMMB2V4YW1wbGUwgZ8wDQYJKoZIhvcNAQEBBQADgY0A
MIGJAoGBALyHbnECuMyIMXPqZOP7YTADvQjlXr22/Ky5uUDidMtakk8vEUqG4ck3
P1fA/ur+y2l6IOAR2lrqQANzzPZyyEeqkplFrlHRznS7bdRn73Ugy4zzJAFo6/MP
RxFVk9NNUlqAogANDKA50BShwe17Fb66556kPkw+DXCuYFDSgya1AgMBAAGjUzBR
MB0GA1UdDgQWBBQMldBvRTHY1IoF2oGxh5JHBG+klTAfBgNVHSMEGDAWgBQMldBv
RTHY1IoF2oGxh5JHBG+klTAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUA
A4GBAA8mqujTS5BmBfzEEiKVLwWN2RS6Yr5uXx/1c+XVT4EpRIc0KlefZK73kGc6
YAF4lXFrO4BfELokuMZHevKlvL/PIzMFDjbkZz+LksGl8dXDwUuWweS11wpIqzI7
ZDT6P6JQeOi6540mg7QcFC033cvHC0sOynZDCEGIkjkwVtyQ
-----END CERTIFICATE-----
`;

/** Kyverno's function on certificates. */
export const certificateFunctions: readonly FunctionSpec[] = [
  {
    name: "x509_decode",
    parameters: [["string"]],
    returns: "object",
    call: (call) => {
      const text = textAt(call, 0);
      call.environment.budget.step(1 + (text.length >> 3));
      return floats(decodeCertificate(text), call.environment.numbers);
    },
    examples: [
      [`x509_decode('${example}').Subject.CommonName`, "example"],
      [`x509_decode('${example}').PublicKey.E`, 65537],
      [`x509_decode('${example}').Version`, 3],
    ],
    errors: [
      ["x509_decode('x')", "failed to decode PEM block"],
      [
        "x509_decode('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')",
        "PEM block neither contains a CERTIFICATE or CERTIFICATE REQUEST",
      ],
    ],
  },
];
