package io.heddle.cli.html;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A picture of the page, which is also told in a table. */
interface Figure {
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
}
