package io.heddle.runtime.astrasim;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.heddle.plan.Device;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** JSON as it stands in manifests: indented, the same bytes on every system. */
public final class ManifestJson {
  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");

  private static final ObjectWriter WRITER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addMixIn(Device.class, Stated.class)
          .build()
          .writer(new DefaultPrettyPrinter().withObjectIndenter(LINES));

  private ManifestJson() {}

  /** A record of which what there is not is left out. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private interface Stated {}

  /**
   * The number with the fewest digits that tell it from all others: {@code Double.toString} has not
   * always the fewest, and not the same on every Java.
   */
  static BigDecimal shortest(double value) {
    return new BigDecimal(NumberOutput.toString(value, true));
  }

  /** A record with its components as keys, in snake case, and a line break. */
  public static byte[] bytes(Object value) {
    try {
      return (WRITER.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON of " + value.getClass(), e);
    }
  }
}
