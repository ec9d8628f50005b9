// What is asked of the server. The token comes from the address of the page.

const token = new URLSearchParams(location.search).get("token") || "";
const session = sessionStorage.getItem("session") || name(); // the same after a reload, so that the claim holds
sessionStorage.setItem("session", session);
const headers = { "x-review-token": token };

// A new name that no other decision has.
export function name() {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(16).padStart(2, "0")).join("");
}

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function answer(response) {
  let content;
  try {
    content = await response.json();
  } catch {
    throw new Refused(`the server answered ${response.status}`, response.status);
  }
  if (!response.ok) throw new Refused(content.error || String(response.status), response.status);
  return content;
}

export async function read(what, asked) {
  const given = Object.entries({ ...asked, session }).filter(([, value]) => value !== null && value !== undefined);
  return answer(await fetch(`/api/${what}?${new URLSearchParams(given)}`, { headers }));
}

// The same request may be sent twice: its batch has a name, and the server keeps a batch once.
export async function write(what, asked, tries = 3) {
  const body = JSON.stringify({ ...asked, session });
  for (;;) {
    try {
      const sent = { method: "POST", body, headers: { ...headers, "content-type": "application/json" } };
      return await answer(await fetch(`/api/${what}`, sent));
    } catch (error) {
      if (error instanceof Refused || (tries -= 1) <= 0) throw error;
      await new Promise((done) => setTimeout(done, 400));
    }
  }
}

export function picture(sha256, page) {
  return `/api/picture?${new URLSearchParams({ sha256, page, token })}`;
}
