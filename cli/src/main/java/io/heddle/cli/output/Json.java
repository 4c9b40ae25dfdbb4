package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.heddle.runtime.communication.Communication;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Writes JSON: indented, in ASCII, so that it reads the same whatever the locale is. */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          // What ends in the middle must not look whole.
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .build();

  /** What a document consists of. */
  @FunctionalInterface
  public interface Content {
    /** Writes it. */
    void write(JsonGenerator json) throws IOException;
  }

  private Json() {}

  /** Prints one document and a line break. */
  public static void print(PrintWriter out, Content content) {
    try {
      write(out, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the same as it is made: nothing of it is kept. The writer stays open. */
  public static void write(Writer out, Content content) throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.setPrettyPrinter(
          new DefaultPrettyPrinter()
              .withObjectIndenter(new DefaultIndenter("  ", "\n"))
              .withArrayIndenter(new DefaultIndenter("  ", "\n")));
      content.write(json);
    }
    out.write('\n');
    out.flush();
  }

  /** One document on one line, without a line break behind it. */
  public static String line(Content content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * A finite number without an exponent, which reads as the same double.
   *
   * @throws NumberFormatException if it is not finite
   */
  public static String plain(double value) {
    if (!Double.isFinite(value)) {
      throw new NumberFormatException("JSON has no " + value);
    }
    String text = Double.toString(value);
    if (text.endsWith(".0") && value != 0) {
      return text.substring(0, text.length() - 2);
    }
    if (text.indexOf('E') < 0 && !text.endsWith("0")) {
      return text;
    }
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** Writes a field without an exponent, which reads as the same double; null if not finite. */
  public static void plain(JsonGenerator json, String field, double value) throws IOException {
    json.writeFieldName(field);
    if (Double.isFinite(value)) {
      json.writeNumber(plain(value));
    } else {
      json.writeNull();
    }
  }

  /** The same; null if absent. */
  public static void plain(JsonGenerator json, String field, OptionalDouble value)
      throws IOException {
    plain(json, field, value.orElse(Double.NaN));
  }

  /** Writes a field of unsigned 64 bits; null if absent. */
  public static void unsigned(JsonGenerator json, String field, OptionalLong value)
      throws IOException {
    if (value.isPresent()) {
      unsigned(json, field, value.getAsLong());
    } else {
      json.writeNullField(field);
    }
  }

  /** Writes a number of unsigned 64 bits. */
  public static void unsigned(JsonGenerator json, long value) throws IOException {
    if (value >= 0) {
      json.writeNumber(value);
    } else {
      json.writeNumber(new BigInteger(Long.toUnsignedString(value)));
    }
  }

  /** Writes a field of unsigned 64 bits. */
  public static void unsigned(JsonGenerator json, String field, long value) throws IOException {
    json.writeFieldName(field);
    unsigned(json, value);
  }

  /** Writes the fields that say what communicates. */
  public static void communication(JsonGenerator json, Communication what) throws IOException {
    json.writeStringField("communication", what.kind());
    json.writeArrayFieldStart("axes");
    for (String axis : what.axes()) {
      json.writeString(axis);
    }
    json.writeEndArray();
  }
}
