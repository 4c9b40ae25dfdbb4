package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What to type to run a plan with another program.
 *
 * @param program its name and version
 * @param launch keys of its launcher
 * @param keys of the program
 * @param text as it is typed, or as it stands in a file
 * @param lost what the program cannot be told, a phrase each
 * @param notes what was taken for granted, a sentence each
 */
public record Exported(
    String program,
    ObjectNode launch,
    ObjectNode keys,
    String text,
    List<String> lost,
    List<String> notes) {
  public Exported {
    lost = List.copyOf(lost);
    notes = List.copyOf(notes);
  }
}
