using System.Globalization;

namespace NativeSsl.Cli;

/// <summary>Numbers as people read them, the same in every culture.</summary>
static class Text
{
    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => Invariant($"{bytes / (double)(1L << 30):F1} GB"),
        >= 1L << 20 => Invariant($"{bytes / (double)(1L << 20):F1} MB"),
        >= 1L << 10 => Invariant($"{bytes / (double)(1L << 10):F1} kB"),
        _ => Invariant($"{bytes} B"),
    };

    internal static string Time(TimeSpan time) => time.TotalHours >= 1 ? Invariant($"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}")
        : Invariant($"{time.Minutes}:{time.Seconds:D2}");

    internal static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
