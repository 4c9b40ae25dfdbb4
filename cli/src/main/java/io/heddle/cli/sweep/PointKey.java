package io.heddle.cli.sweep;

import io.heddle.processor.model.PlanChanges;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What tells a point from others of one plan: the first 128 bits of the SHA-256 of all that it
 * changes, in whatever order a sweep changes it.
 */
public record PointKey(long high, long low) {
  private static final int DIGITS = 32;

  /** To look for one takes longer than to use it; each leaves it empty. */
  private static final ThreadLocal<MessageDigest> DIGEST =
      ThreadLocal.withInitial(PointKey::digest);

  /** The key of a point. */
  public static PointKey of(PlanChanges changes) {
    List<String> texts = new ArrayList<>(changes.texts());
    texts.sort(null);
    StringBuilder all = new StringBuilder();
    texts.forEach(text -> all.append(text).append('\n'));
    byte[] hash = DIGEST.get().digest(all.toString().getBytes(StandardCharsets.UTF_8));
    ByteBuffer bytes = ByteBuffer.wrap(hash);
    return new PointKey(bytes.getLong(), bytes.getLong());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads what {@link #toString} writes; empty if it is anything else. */
  public static Optional<PointKey> parse(String text) {
    if (text.length() != DIGITS || !text.chars().allMatch(HexFormat::isHexDigit)) {
      return Optional.empty();
    }
    BigInteger value = new BigInteger(text, 16);
    return Optional.of(new PointKey(value.shiftRight(Long.SIZE).longValue(), value.longValue()));
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
