package io.heddle.cli.html;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The frame of a page: one file, which asks nothing of a network, and runs only those scripts that
 * its policy names by their hashes. Scripts draw with {@code page.js}; what they draw is data.
 */
public final class PageFrame {
  private final String title;
  private final String version;
  private final List<String> scripts;

  /**
   * A frame.
   *
   * @param title in the words of a user
   * @param version of Heddle
   * @param script that draws the page, in JavaScript
   */
  public PageFrame(String title, String version, String script) {
    this.title = title;
    this.version = version;
    this.scripts = List.of(PageScript.charts(), PageScript.text("page.js"), script);
  }

  /** The library that draws charts. */
  public static String charts() {
    return PageScript.charts();
  }

  /** The script that all pages draw with. */
  public static String drawing() {
    return PageScript.text("page.js");
  }

  /** The script that draws a step. */
  public static String report() {
    return PageScript.text("report.js");
  }

  /** The style of all pages. */
  public static String style() {
    return PageScript.text("page.css");
  }

  /**
   * The text of a script or another resource of pages.
   *
   * @param beside a class of the package where it lies
   */
  public static String resource(Class<?> beside, String name) {
    return PageScript.text(beside, name);
  }

  /**
   * The page, in ASCII but for the texts of its content.
   *
   * @param body what stands in it
   * @param data what the script draws
   */
  public String page(Consumer<Html> body, ScriptJson.Content data) {
    Html html = new Html();
    html.raw("<!DOCTYPE html>\n").open("html", "lang", "en");
    head(html);
    html.open("body");
    body.accept(html);
    html.element(
        "footer",
        "Charts: Apache ECharts, copyright 2017-2022 The Apache Software Foundation, with parts of"
            + " ZRender (Baidu Inc., BSD licence) and d3 (Mike Bostock, BSD licence); Apache License"
            + " 2.0, https://www.apache.org/licenses/LICENSE-2.0. It is part of this file, which"
            + " loads nothing.");
    html.open("script", "type", "application/json", "id", "data")
        .raw(ScriptJson.of(data))
        .close("script");
    for (String script : scripts) {
      html.raw("<script>").raw(script).raw("</script>\n");
    }
    return html.close("body").close("html").toString();
  }

  private void head(Html html) {
    List<String> hashes = new ArrayList<>();
    scripts.forEach(script -> hashes.add(PageScript.hash(script)));
    String policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src %s; base-uri 'none'; form-action"
                .formatted(hashes.stream().collect(Collectors.joining(" ")))
            + " 'none'";
    html.open("head")
        .open("meta", "charset", "utf-8")
        .open("meta", "http-equiv", "Content-Security-Policy", "content", policy)
        .open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .open("meta", "name", "generator", "content", "heddle " + version)
        .element("title", title)
        .open("style")
        .raw(PageScript.text("page.css"))
        .close("style")
        .close("head");
  }
}
