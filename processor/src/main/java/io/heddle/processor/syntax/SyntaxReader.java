package io.heddle.processor.syntax;

import io.heddle.grammar.TfmLexer;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/** Reads the text of a file into its syntax tree. */
public final class SyntaxReader {
  /** Characters that a file may have. */
  static final int LONGEST = 2 << 20;

  private static final String VERSION = "1";

  private SyntaxReader() {}

  /**
   * Reads a file. Every text gives a tree; what could not be read is reported and left out of it.
   *
   * @param diagnostics receives the findings, at most about a hundred
   */
  public static SourceFile read(Source source, Diagnostics diagnostics) {
    Complaints complaints = new Complaints(source, diagnostics);
    SourceFile nothing = new SourceFile(source, List.of(), List.of());
    try {
      return ParsedText.of(complaints)
          .map(parsed -> new FileBuilder(complaints, parsed.tokens()).file(parsed.file()))
          .orElse(nothing);
    } catch (ParseCancellationException e) {
      return nothing;
    }
  }

  /** False only where another version is named: a missing header is the parser's to report. */
  static boolean isKnownVersion(CommonTokenStream tokens, Complaints complaints) {
    Token version = tokens.LT(2);
    if (tokens.LA(1) != TfmLexer.TFM
        || version.getType() != TfmLexer.INTEGER
        || version.getText().equals(VERSION)) {
      return true;
    }
    complaints
        .report(
            Code.UNSUPPORTED_VERSION,
            complaints.span(version),
            Wording.shortened(version.getText()))
        .help("write `tfm 1`, or use a newer Heddle")
        .add();
    return false;
  }
}
