using System.Globalization;

namespace NativeSsl.Bench.Measure;

/// <summary>This process's resident memory, by Linux's account.</summary>
static class ResidentMebibytes
{
    public static double Now => Read("VmRSS:");

    public static double Peak => Read("VmHWM:");

    /// <summary>Lets the peak begin anew at what is resident now.</summary>
    public static double Restart()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Now;
    }

    static double Read(string field) => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(':')[1].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) / 1024;
}
