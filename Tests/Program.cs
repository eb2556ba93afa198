using System.Globalization;

namespace NativeSsl.Tests;

/// <summary>What the test assembly does when it is started as a program, by a test that needs a process of its own: to kill it, or for its console and folder.</summary>
static class Program
{
    static int Main(string[] arguments)
    {
        if (arguments is ["readme-example"])
        {
            ReadmeExample.Run();
            return 0;
        }
        if (arguments is not ["save-for-ever", string folder]) return 2;
        using RunDirectory run = RunDirectory.Open(folder);
        long step = RunDirectory.Latest(folder)?.Step ?? 0;
        using MetricsLog metrics = run.OpenMetrics(step);
        float[] values = new float[1 << 20];
        while (true)
        {
            step++;
            values.AsSpan().Fill(step);
            metrics.Append(step, ("loss", 1.0 / step));
            metrics.Flush();
            run.Save(step, [SafetensorsItem.From("weight", [values.Length], values)]);
            Console.Out.WriteLine(step.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
        }
    }
}
