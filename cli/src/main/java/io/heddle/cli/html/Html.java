package io.heddle.cli.html;

import java.util.List;
import org.owasp.encoder.Encode;

/** Elements of a page; all text and attributes are encoded. */
public final class Html {
  private final StringBuilder text = new StringBuilder();

  /** Begins an element; attributes are names and values in turn. */
  public Html open(String element, String... attributes) {
    text.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ')
          .append(attributes[i])
          .append("=\"")
          .append(Encode.forHtmlAttribute(attributes[i + 1]))
          .append('"');
    }
    text.append('>');
    return this;
  }

  /** Ends an element. */
  public Html close(String element) {
    text.append("</").append(element).append(">\n");
    return this;
  }

  /** Text within an element. */
  public Html text(String content) {
    text.append(Encode.forHtmlContent(content));
    return this;
  }

  /** A whole element with text in it. */
  public Html element(String element, String content, String... attributes) {
    return open(element, attributes).text(content).close(element);
  }

  /** What is HTML already and of Heddle's own making. */
  public Html raw(String html) {
    text.append(html);
    return this;
  }

  /**
   * A table.
   *
   * @param head names of the columns; empty for none
   * @param rows the first cell of each is its name
   */
  public Html table(String kind, List<String> head, List<List<String>> rows) {
    open("div", "class", "wide").open("table", "class", kind);
    if (!head.isEmpty()) {
      open("thead").open("tr");
      head.forEach(name -> element("th", name, "scope", "col"));
      close("tr").close("thead");
    }
    open("tbody");
    for (List<String> row : rows) {
      open("tr").element("th", row.get(0), "scope", "row");
      row.stream().skip(1).forEach(cell -> element("td", cell));
      close("tr");
    }
    return close("tbody").close("table").close("div");
  }

  /** One of a list of figures that stand out, an element {@code dl} of the class figures. */
  public Html figure(String name, String value, String note) {
    return open("div")
        .element("dt", name)
        .open("dd")
        .text(value)
        .element("small", note)
        .close("dd")
        .close("div");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
