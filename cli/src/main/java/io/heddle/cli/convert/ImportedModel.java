package io.heddle.cli.convert;

import java.util.List;

/**
 * A specification that was written from what another program says.
 *
 * @param text of the file
 * @param model its name
 * @param parameters of the model
 * @param layers of the model
 * @param notes what was left out and why, a sentence each
 */
public record ImportedModel(
    String text, String model, long parameters, long layers, List<String> notes) {
  public ImportedModel {
    notes = List.copyOf(notes);
  }
}
