using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace NativeSsl.Bench.Measure;

/// <summary>What a number was measured on, and how busy that was with something else.</summary>
static partial class Machine
{
    /// <summary>The processor's own words for itself.</summary>
    public static string Processor { get; } = ReadProcessor();

    /// <summary>For example <c>epyc-f25m17-2c-avx512</c>: the maker's family and model, which differ where one name stands for several generations; the cores; the registers.</summary>
    public static string Name { get; } = string.Join('-',
        Family(Processor), Model(Processor), $"{Environment.ProcessorCount}c", CpuBackend.Widest switch
        {
            SimdWidth.Bits512 => "avx512",
            SimdWidth.Bits256 => "avx2",
            _ => "128bit",
        });

    /// <summary>The commit of the sources, with a plus sign when they have been changed since.</summary>
    public static string Commit { get; } = Environment.GetEnvironmentVariable("NATIVESSL_COMMIT") ?? Git("rev-parse --short HEAD") + (Git("status --porcelain -uno -- . :!Bench/Results").Length > 0 ? "+" : "");

    /// <summary>The root of the repository that the program runs in.</summary>
    public static string Root { get; } = Git("rev-parse --show-toplevel") is { Length: > 0 } root ? root : Environment.CurrentDirectory;

    /// <summary>One line for the head of a report.</summary>
    public static string Description =>
        $"{Processor}, {Environment.ProcessorCount} cores, {CpuBackend.Widest}; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}";

    static string ReadProcessor()
    {
        const string info = "/proc/cpuinfo";
        if (!File.Exists(info)) return RuntimeInformation.ProcessArchitecture.ToString();
        string Field(string name) => File.ReadLines(info).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";
        return $"{Field("model name")} (family {Field("cpu family")}, model {Field("model\t")})";
    }

    static string Family(string processor) => processor.Split(' ', '(', ')', '@').Select(word => word.ToLowerInvariant())
        .FirstOrDefault(word => word is "epyc" or "ryzen" or "xeon" or "core" or "apple" or "neoverse") ?? "cpu";

    // "(family 25, model 17)" is f25m17.
    static string Model(string processor) =>
        Generation().Match(processor) is { Success: true } found ? $"f{found.Groups[1].Value}m{found.Groups[2].Value}" : "unknown";

    [GeneratedRegex(@"family (\d+), model (\d+)")]
    private static partial Regex Generation();

    static string Git(string arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return output;
        }
        catch (Exception missing) when (missing is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return "";
        }
    }
}

/// <summary>Watches, from its making on, how many cores other processes keep busy: the reason to trust or repeat a measurement.</summary>
sealed class OtherLoad
{
    readonly long _start = Stopwatch.GetTimestamp();
    readonly double _all = BusySeconds(), _own = OwnSeconds();

    /// <summary>The seconds since.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>The cores that others used since.</summary>
    public double Cores => Math.Max(0, (BusySeconds() - _all - (OwnSeconds() - _own)) / Seconds);

    static double OwnSeconds()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds + ChildrenSeconds();
    }

    // Processes this one has started and seen end: cutime and cstime, counted from behind the name, which may hold spaces.
    static double ChildrenSeconds()
    {
        if (!File.Exists("/proc/self/stat")) return 0;
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture)) / 100;
    }

    // The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, in hundredths of a second.
    static double BusySeconds()
    {
        if (!File.Exists("/proc/stat")) return 0;
        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(double.Parse)];
        return (ticks.Sum() - ticks[3] - ticks[4]) / 100;
    }
}
