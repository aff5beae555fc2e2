// Five calls by openapi-fetch with the types that openapi-typescript has generated.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const { SITE, API_KEY, PHOTO } = process.env as Record<string, string>;
const client = createClient<paths>({ baseUrl: SITE, headers: { "x-api-key": API_KEY } });

const photo = new Blob([await readFile(PHOTO)], { type: "image/jpeg" });
const uploaded = await client.POST("/api/v1/images", {
  body: { file: "hat.jpg" },
  bodySerializer: () => {
    const form = new FormData();
    form.append("file", photo, "hat.jpg");
    return form;
  },
});
assert(uploaded.data, JSON.stringify(uploaded.error));
assert(!Array.isArray(uploaded.data.data));
const imageId: string = uploaded.data.data.id;
assert.equal(uploaded.data.data.name, "hat.jpg");

const edited = await client.POST("/api/v1/images/tools/edit", {
  body: { imageId, edit: { layout: { size: "200x100", padding: "10%" }, export: { format: "jpg" } } },
});
assert(edited.data, JSON.stringify(edited.error));
assert.equal(edited.data.data.originalImageId, imageId);

const page = await client.GET("/api/v1/images", { params: { query: { pageSize: 1 } } });
assert(page.data, JSON.stringify(page.error));
assert.equal(page.data.data.items.length, 1);

const wrong = await client.GET("/api/v1/images", { params: { query: { pageSize: 101 } } });
assert.equal(wrong.error?.code, "VALIDATION_ERROR");

const batch = await client.POST("/api/v1/batch", {
  body: { imageIds: [imageId], operation: "remove-background" },
});
assert(batch.data, JSON.stringify(batch.error));
const path = { batch_id: batch.data.data.batchId };
for (let tries = 0; tries < 600; tries++) {
  const state = await client.GET("/api/v1/batch/{batch_id}", { params: { path } });
  assert(state.data, JSON.stringify(state.error));
  if (state.data.data.progress === 100) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const archive = await client.GET("/api/v1/batch/{batch_id}/download", {
  params: { path },
  parseAs: "arrayBuffer",
});
assert(archive.data);
const start = new TextDecoder().decode(archive.data.slice(0, 2));
assert.equal(start, "PK");
console.log("typescript:", archive.data.byteLength, "bytes of ZIP");
