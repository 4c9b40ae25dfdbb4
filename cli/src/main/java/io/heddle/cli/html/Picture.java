package io.heddle.cli.html;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A picture of the page, which is also told in a table. */
public interface Picture {
  /** Of the element that it is drawn in; unique in the page, a word. */
  String id();

  /** What it shows. */
  String title();

  /** How it is read. */
  String caption();

  /** Adds the table with what it shows. */
  void table(Html html);

  /** Writes what is drawn: an object with the figure's id. */
  void data(JsonGenerator json) throws IOException;

  /** Adds its section: the place that it is drawn in, and the table. */
  default void section(Html html) {
    html.open("section")
        .element("h2", title())
        .element("p", caption(), "class", "quiet")
        .element(
            "div",
            "",
            "class",
            "chart",
            "id",
            id(),
            "role",
            "img",
            "aria-label",
            title() + ", drawn; the same numbers are in the table below")
        .open("details", "open", "")
        .element("summary", "As a table");
    table(html);
    html.close("details").close("section");
  }
}
