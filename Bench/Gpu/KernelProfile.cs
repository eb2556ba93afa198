using System.Globalization;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>Where the time of a row goes, kernel by kernel. Each launch is waited for, which costs it about 10 µs on an H200.</summary>
static class KernelProfile
{
    const int WarmUp = 2, Calls = 3;

    /// <summary>Prints the kernels of the rows whose names contain <paramref name="name"/>, the slowest first.</summary>
    public static void Print(string selector, string name)
    {
        bool isCuda = selector == "cuda";
        using GpuBackend gpu = isCuda ? GpuBackend.Cuda() : GpuBackend.OpenCl();
        foreach (GpuRow row in GpuSpeed.Rows(small: !isCuda).Where(row => row.Name.Contains(name, StringComparison.Ordinal)))
        {
            Action call = row.Prepare(gpu);
            for (int i = 0; i < WarmUp; i++) call();
            var spent = new Dictionary<string, (int Launches, double Microseconds)>();
            gpu.Profile = (kernel, time) =>
            {
                string called = AllKernels.NameOf(kernel);
                (int launches, double sum) = spent.GetValueOrDefault(called);
                spent[called] = (launches + 1, sum + time);
            };
            for (int i = 0; i < Calls; i++) call();
            gpu.Profile = null;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name}: {spent.Values.Sum(each => each.Microseconds) / Calls:F0} µs in {spent.Values.Sum(each => each.Launches) / Calls} launches"));
            foreach ((string called, (int launches, double time)) in spent.OrderByDescending(each => each.Value.Microseconds).Take(20))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {time / Calls,9:F0} µs {launches / Calls,4} launches  {called}"));
        }
    }
}
