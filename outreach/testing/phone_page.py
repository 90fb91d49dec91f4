"""The page of a played telephone: plain, without anything from elsewhere."""

PAGE = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body { margin: 0 auto; max-width: 30rem; font: 1.05rem/1.5 system-ui, sans-serif; background: #eceff1;
         color: #1f2a2e; }
  header { position: sticky; top: 0; padding: .6rem 1rem; background: #37474f; color: #fff; }
  header small { display: block; opacity: .85; }
  main { padding: .8rem 1rem 6rem; display: flex; flex-direction: column; gap: .6rem; }
  p { margin: 0; padding: .5rem .8rem; border-radius: .8rem; background: #fff; white-space: pre-wrap;
      overflow-wrap: anywhere; align-self: flex-start; max-width: 88%; }
  p.mine { align-self: flex-end; background: #cfe8d5; }
  nav { display: flex; flex-wrap: wrap; gap: .4rem; }
  button { font: inherit; padding: .4rem .8rem; min-height: 2.6rem; border: 1px solid #607d8b; border-radius: .6rem;
           background: #fff; }
  form { position: fixed; bottom: 0; left: 0; right: 0; margin: 0 auto; max-width: 30rem; display: flex; gap: .5rem;
         padding: .6rem 1rem; background: #eceff1; box-sizing: border-box; }
  input { flex: 1; font: inherit; padding: .5rem .7rem; border: 1px solid #607d8b; border-radius: .6rem; }
</style>
<header>{title}<small>Played on this machine, for practice · 在本机扮演，练习用</small></header>
<main id="chat" aria-live="polite"></main>
<form id="form"><label style="flex:1;display:flex"><span hidden>text</span><input id="text" autocomplete="off"
  placeholder="写一句话 · write something" aria-label="text"></label><button>发送</button></form>
<script>
  const chat = document.getElementById("chat"), text = document.getElementById("text");
  let seen = 0, asking = false;
  const post = (path, body) => fetch(path, {method: "POST", headers: {"content-type": "application/json"},
    body: JSON.stringify(body)}).then(news);
  const show = (bubble) => {
    const line = document.createElement("p");
    line.textContent = bubble.text + (bubble.file ? "\\n[" + bubble.file + "]" : "");
    if (bubble.mine) line.className = "mine";
    chat.append(line);
    if (bubble.buttons.length) {
      const row = document.createElement("nav");
      for (const label of bubble.buttons) {
        const button = document.createElement("button");
        button.textContent = label;
        button.onclick = () => post("press", {label});
        row.append(button);
      }
      chat.append(row);
    }
    scrollTo(0, document.body.scrollHeight);
  };
  const news = async () => {
    if (asking) return;
    asking = true;
    try {
      const bubbles = await (await fetch("chat?after=" + seen)).json();
      seen += bubbles.length;
      bubbles.forEach(show);
    } catch (gone) { } finally { asking = false; }
  };
  document.getElementById("form").onsubmit = (event) => {
    event.preventDefault();
    if (text.value.trim()) post("say", {text: text.value});
    text.value = "";
  };
  setInterval(news, 700);
  news();
</script>
</html>
"""
