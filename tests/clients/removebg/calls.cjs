// What the npm package remove.bg sends, told nothing but another address and a key.
const assert = require("node:assert");
const fs = require("node:fs");
const {
  removeBackgroundFromImageBase64: byBase64,
  removeBackgroundFromImageFile: byFile,
  removeBackgroundFromImageUrl: byUrl,
} = require("remove.bg");

const { API_KEY: apiKey, PHOTO: path, PHOTO_URL: url } = process.env;
const base64img = fs.readFileSync(path).toString("base64");

function isPicture(answer, signature) {
  assert.ok(Buffer.from(answer.base64img, "base64").toString("latin1").startsWith(signature));
  assert.match(answer.creditsCharged, /^[01]$/);
  assert.ok(Number(answer.resultWidth) > 0 && Number(answer.resultHeight) > 0);
  assert.ok(Number(answer.rateLimit) > 0 && Number(answer.rateLimitRemaining) > 0);
  assert.ok(Number(answer.rateLimitReset) >= Math.floor(Date.now() / 1000) - 5);
  assert.equal(answer.retryAfter, undefined);
}

const PNG = "\x89PNG", JPEG = "\xff\xd8\xff";

async function main() {
  // All that it isn't given it sends as undefined.
  const first = await byFile({ path, apiKey, outputFile: "node.png" });
  isPicture(first, PNG);
  assert.equal(first.detectedType, "other");
  assert.ok(fs.readFileSync("node.png").equals(Buffer.from(first.base64img, "base64")));

  const again = await byUrl({ url, apiKey, size: "regular" });
  assert.equal(again.base64img, first.base64img);
  assert.equal(again.creditsCharged, "0");

  const placed = { size: "full", type: "product", scale: "60%", position: "center", roi: "0% 0% 100% 100%" };
  isPicture(await byBase64({ base64img, apiKey, ...placed, crop: true, crop_margin: "10% 20px" }), PNG);
  const white = await byFile({ path, apiKey, ...placed, bg_color: "ffffff", add_shadow: true });
  isPicture(white, JPEG);
  assert.equal(white.detectedType, "product");
  isPicture(await byUrl({ url, apiKey, bg_image_url: url }), JPEG);
  isPicture(await byBase64({ base64img, apiKey, channels: "alpha" }), PNG);

  const wrong = await byFile({ path, apiKey: "ps_wrong" }).catch((errors) => errors);
  assert.deepEqual(wrong, [{ title: "API Key invalid", code: "auth_failed" }]);
  const margin = await byUrl({ url, apiKey, crop: true, crop_margin: "wide" }).catch((errors) => errors);
  assert.equal(margin[0].code, "invalid_crop_margin");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
