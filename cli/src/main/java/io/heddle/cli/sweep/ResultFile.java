package io.heddle.cli.sweep;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file of results that one process writes: a line for each point. It is locked, where the system
 * knows locks. Any thread may add.
 */
public final class ResultFile implements AutoCloseable {
  /** A longer line is neither written nor read. */
  private static final int LONGEST_LINE = 1 << 16;

  private static final int BUFFER = 1 << 13;

  /** What is not synced is lost when the machine fails, not when the process is killed. */
  private static final long SYNC_NANOS = 1_000_000_000;

  private static final int MOST_WRITERS = 10_000;

  private final Path path;
  private final FileChannel channel;

  /** Why nothing can be written any more; null while it can. */
  private @Nullable Failure failed;

  private long synced = System.nanoTime();

  private ResultFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * The first file of a name that nobody else writes to; it ends behind its last whole line.
   *
   * @param name without number and extension
   */
  static ResultFile append(Path folder, String name) {
    for (int number = 1; number <= MOST_WRITERS; number++) {
      Path path = folder.resolve(name + (number == 1 ? "" : "." + number) + ".jsonl");
      try {
        FileChannel channel =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        if (lock(channel)) {
          ResultFile file = new ResultFile(path, channel);
          file.cutPartOfALine();
          return file;
        }
        channel.close();
      } catch (IOException e) {
        throw Failure.environment(path + ": " + Explained.cause(e));
      }
    }
    throw Failure.environment(folder + ": too many processes write to it");
  }

  private static boolean lock(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Another thread of this process has it.
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** What follows the last line break was being written when a run was killed. */
  private void cutPartOfALine() throws IOException {
    ByteBuffer block = ByteBuffer.allocate(1 << 13);
    long end = channel.size();
    long whole = 0;
    while (end > 0 && whole == 0) {
      long from = Math.max(0, end - block.capacity());
      block.clear().limit((int) (end - from));
      while (block.hasRemaining() && channel.read(block, from + block.position()) >= 0) {
        // Reads on.
      }
      for (int at = block.position() - 1; at >= 0 && whole == 0; at--) {
        whole = block.get(at) == '\n' ? from + at + 1 : 0;
      }
      end = from;
    }
    channel.truncate(whole);
    channel.position(whole);
  }

  /** Adds a point. */
  public void add(PointResult point) {
    // The text is made before others have to wait.
    ByteBuffer line =
        ByteBuffer.wrap((PointForm.line(point) + "\n").getBytes(StandardCharsets.UTF_8));
    if (line.remaining() > LONGEST_LINE) {
      throw Failure.wrongInput(
          "point %d: its values take more than %,d bytes; shorten the lines of the sweep"
              .formatted(point.number(), LONGEST_LINE));
    }
    write(line);
  }

  private synchronized void write(ByteBuffer line) {
    if (failed != null) {
      // Who is interrupted because of it could write a part of a line and not take it back.
      throw failed;
    }
    try {
      long before = channel.position();
      try {
        while (line.hasRemaining()) {
          channel.write(line);
        }
      } catch (IOException e) {
        // A full disk takes a part of the line.
        channel.truncate(before);
        throw e;
      }
      if (System.nanoTime() - synced > SYNC_NANOS) {
        channel.force(false);
        synced = System.nanoTime();
      }
    } catch (IOException e) {
      failed = Failure.environment(path + ": " + Explained.cause(e));
      throw failed;
    }
  }

  /** Hears of the points of a file. */
  interface Reader {
    /**
     * A point.
     *
     * @param offset of its line in the file, bytes
     */
    void point(PointResult point, long offset);
  }

  /** Reads the whole lines of a file; those that are no points are passed over. */
  static void read(Path path, Reader points) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
      Lines lines = new Lines(in);
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        long offset = lines.begin;
        PointForm.read(line.get()).ifPresent(point -> points.point(point, offset));
      }
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }

  /** The lines of a file in any order; those that follow each other are read in one go. */
  static final class Places implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private Lines lines = new Lines(InputStream.nullInputStream());
    private long next = -1;

    /** Opens a file. */
    Places(Path path) {
      this.path = path;
      try {
        channel = FileChannel.open(path, StandardOpenOption.READ);
      } catch (IOException e) {
        throw Failure.environment(path + ": " + Explained.cause(e));
      }
    }

    /** The point of the line that begins at an offset; empty if the file has changed since. */
    Optional<PointResult> read(long offset) {
      try {
        if (offset != next) {
          channel.position(offset);
          lines = new Lines(new BufferedInputStream(Channels.newInputStream(channel)));
        }
        long begin = lines.end;
        Optional<String> line = lines.next();
        next = offset + lines.end - begin;
        return line.flatMap(PointForm::read);
      } catch (IOException e) {
        throw Failure.environment(path + ": " + Explained.cause(e));
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw Failure.environment(path + ": " + Explained.cause(e));
      }
    }
  }

  /** Lines that end with a line break; of one that is too long, nothing. */
  private static final class Lines {
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int filled;
    private long begin;
    private long end;

    Lines(InputStream in) {
      this.in = in;
    }

    Optional<String> next() throws IOException {
      begin = end;
      line.reset();
      boolean isTooLong = false;
      while (fill()) {
        int stop = at;
        while (stop < filled && buffer[stop] != '\n') {
          stop++;
        }
        isTooLong |= line.size() + stop - at > LONGEST_LINE;
        if (!isTooLong) {
          line.write(buffer, at, stop - at);
        }
        boolean isWhole = stop < filled;
        int next = isWhole ? stop + 1 : stop;
        end += next - at;
        at = next;
        if (isWhole) {
          return Optional.of(isTooLong ? "" : line.toString(StandardCharsets.UTF_8));
        }
      }
      return Optional.empty();
    }

    private boolean fill() throws IOException {
      if (at == filled) {
        at = 0;
        filled = Math.max(0, in.read(buffer));
      }
      return at < filled;
    }
  }

  @Override
  public synchronized void close() {
    try (channel) {
      channel.force(false);
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }
}
