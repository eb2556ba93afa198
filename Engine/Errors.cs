namespace NativeSsl;

/// <summary>Everything NativeSsl has to complain about. The message names what was given, what was wanted and,
/// where known, the cure.</summary>
public class NativeSslException : Exception
{
    /// <summary>An error that finishes its sentence.</summary>
    public NativeSslException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>Two shapes that do not fit, or an axis that is not there.</summary>
public sealed class ShapeException(string message) : NativeSslException(message);

/// <summary>An index outside the table it points into.</summary>
public sealed class IndexException(string message) : NativeSslException(message);

/// <summary>A tensor whose memory went back to the pool: its <see cref="Step"/> has ended, or the backward pass has used it up.</summary>
public sealed class StaleTensorException(string message) : NativeSslException(message);

/// <summary>An op that does not take tensors of this <see cref="Format"/>.</summary>
public sealed class UnsupportedFormatException(string message) : NativeSslException(message);

/// <summary>A backward pass that cannot be run, or a gradient that was never asked for.</summary>
public sealed class GradientException(string message) : NativeSslException(message);

/// <summary>Work that cannot be done again without the host: it reads numbers back, or decides by them.</summary>
public sealed class NotReplayableException(string message) : NativeSslException(message);

/// <summary>A file that is not what it claims to be. The message names the file, the place and the cure.</summary>
public sealed class MalformedFileException(string file, string reason, Exception? inner = null)
    : NativeSslException($"{file}: {reason}", inner)
{
    /// <summary>The file that was read.</summary>
    public string File { get; } = file;
}

/// <summary>A device that cannot be had, or gave up.</summary>
public class DeviceException(string message, Exception? inner = null) : NativeSslException(message, inner);

/// <summary>A device has no room for more. What was on it is still there.</summary>
/// <param name="device">Its name.</param>
/// <param name="asked">Bytes that were asked for.</param>
/// <param name="held">Bytes taken from it so far.</param>
/// <param name="free">Bytes that may still be taken.</param>
/// <param name="inner">What the driver said.</param>
public sealed class DeviceMemoryException(string device, long asked, long held, long free, Exception? inner = null)
    : DeviceException($"{device}: no room for {asked / 1048576.0:F1} MiB more: {held / 1048576.0:F1} MiB are held and {free / 1048576.0:F1} MiB free. "
        + "Use a smaller batch, or accumulate gradients over several.", inner)
{
    /// <summary>Bytes that were asked for.</summary>
    public long Asked { get; } = asked;
    /// <summary>Bytes taken from the device so far.</summary>
    public long Held { get; } = held;
    /// <summary>Bytes that may still be taken.</summary>
    public long Free { get; } = free;
}
