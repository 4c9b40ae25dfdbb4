package io.heddle.cli.graph;

import org.graphper.api.attributes.FontStyle;
import org.graphper.def.FlatPoint;
import org.graphper.layout.FontSelector;
import org.graphper.layout.MeasureText;

/**
 * Says how large a text in a font of equal widths is, whatever fonts a machine has: a graph is laid
 * out the same everywhere.
 */
public final class CharacterGrid implements MeasureText, FontSelector {
  /** Width of a character and height of a line, of fonts of size 1. */
  private static final double WIDTH = 0.62;

  private static final double HEIGHT = 1.25;

  /** Of the picture's texts; it need not be on this machine. */
  static final String FONT = "monospace";

  /** Before those that ask the machine. */
  @Override
  public int order() {
    return -1;
  }

  @Override
  public boolean envSupport() {
    return true;
  }

  @Override
  public String defaultFont() {
    return FONT;
  }

  @Override
  public boolean exists(String name) {
    return true;
  }

  @Override
  public boolean fontSupport(String name, char character) {
    return true;
  }

  @Override
  public FlatPoint measure(String text, String fontName, double fontSize, FontStyle... styles) {
    double most = 0;
    int lines = 0;
    for (String line : text.split("\n", -1)) {
      most = Math.max(most, line.codePointCount(0, line.length()));
      lines++;
    }
    return new FlatPoint(lines * HEIGHT * fontSize, most * WIDTH * fontSize);
  }
}
