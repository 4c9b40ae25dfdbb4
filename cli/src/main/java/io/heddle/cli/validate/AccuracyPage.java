package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.source.TextFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * A page in Markdown that says how far predictions are from measurements. What stands between two
 * marks is made anew, so that the tables are what the command says; the words around them stay.
 */
public final class AccuracyPage {
  private static final String MARK = "<!-- %s: heddle validate%s -->\n";

  private final OutputFile file;
  private final String before;
  private final String after;

  /**
   * Reads the page.
   *
   * @param isServing whether the tables are of serving benchmarks, which have marks of their own
   * @throws Failure if it has not both marks, each in a line of its own
   */
  public AccuracyPage(Path path, OutputFile file, boolean isServing) {
    this.file = file;
    String of = isServing ? " serving" : "";
    String opening = MARK.formatted("begin", of);
    String closing = MARK.formatted("end", of);
    String text = TextFile.read(path, "page");
    int begin = text.indexOf(opening);
    int end = text.indexOf(closing);
    if (begin < 0 || end < begin) {
      throw Failure.wrongInput(
          "%s: put %s and %s around the place of the tables, each in a line of its own"
              .formatted(path, opening.strip(), closing.strip()));
    }
    before = text.substring(0, begin + opening.length());
    after = text.substring(end);
  }

  /** Writes the page with the errors of these rows. */
  public void write(List<StepPrediction> rows) {
    byte[] text = (before + tables(rows) + after).getBytes(StandardCharsets.UTF_8);
    file.write(to -> to.write(text));
  }

  private static String tables(List<StepPrediction> rows) {
    StringBuilder text = new StringBuilder("\n");
    text.append(table(StepValidationOutput.table("class", StepErrors.byClass(rows))));
    text.append('\n');
    List<MemoryErrors> memory = MemoryErrors.by(rows);
    if (!memory.isEmpty()) {
      text.append(table(StepValidationOutput.memoryTable(memory))).append('\n');
    }
    StepValidationOutput.alarms(MemoryAlarms.of(rows))
        .lines()
        .forEach(line -> text.append("* ").append(line).append('\n'));
    StepValidationOutput.notPredicted(rows)
        .lines()
        .filter(line -> !line.isEmpty())
        .forEach(line -> text.append("* ").append(line).append('\n'));
    text.append("\nBy class and family:\n\n");
    return text.append(table(StepValidationOutput.table("family", StepErrors.byFamily(rows))))
        .append('\n')
        .toString();
  }

  private static String table(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append("| ").append(String.join(" | ", row)).append(" |\n");
      if (row == rows.get(0)) {
        text.append(String.join("", Collections.nCopies(row.size(), "|---"))).append("|\n");
      }
    }
    return text.toString();
  }
}
