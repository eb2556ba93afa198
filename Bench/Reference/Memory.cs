using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>Peak resident memory of training less that after start, each side in a process of its own.</summary>
static class Memory
{
    public static void Run(string[] arguments)
    {
        if (arguments is ["child", var which, var index, ..])
        {
            Child(which, GptSize.Trained[int.Parse(index, CultureInfo.InvariantCulture)]);
            return;
        }
        var report = new Report("memory", "Memory");
        report.Text("Peak resident memory of 30 training steps (5 of the larger model) less what the process held after its first tensor, in MiB; each side three times in a "
            + "process of its own, the median. Weights, gradients and moments are part of it.");
        report.Head("model", "ours", "libtorch", "ratio");
        for (int number = 0; number < GptSize.Trained.Length; number++)
        {
            double Median(string side) => Statistics.Median([.. Enumerable.Range(0, 3).Select(_ => double.Parse(
                Self.Capture(["memory", "child", side, number.ToString(CultureInfo.InvariantCulture)]).Trim().Split('\n')[^1], CultureInfo.InvariantCulture))]);
            double ours = Median("ours"), theirs = Median("theirs");
            report.Row(GptSize.Trained[number].Name, Report.Number(ours), Report.Number(theirs), $"**{Report.Number(ours / theirs)}**");
            report.Goal($"peak memory of training {GptSize.Trained[number].Name}", ours / theirs, 0.8);
        }
        report.EndTable();
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- memory");
    }

    static void Child(string side, GptSize size)
    {
        int steps = size == GptSize.NanoGpt ? 30 : 5;
        if (side == "ours")
        {
            using (var step = new Step(Both.Ours)) Tensor.Full(Both.Ours, [16], 1f).Softmax();
            double start = ResidentMebibytes.Restart();
            var training = new OurTraining(size, OurTraining.Model(size, Both.Ours), new SharedBatches(size, Both.Ours, 8));
            for (int i = 0; i < steps; i++) training.Step();
            Console.WriteLine((ResidentMebibytes.Peak - start).ToString(CultureInfo.InvariantCulture));
            return;
        }
        Both.Begin([]);
        using (TorchTensor x = TorchSharp.torch.ones(16)) Functions.softmax(x, 0).Dispose();
        double before = ResidentMebibytes.Restart();
        using var reference = new TorchGpt(size);
        var theirs = new TorchTraining(size, reference, 8);
        for (int i = 0; i < steps; i++) theirs.Step();
        Console.WriteLine((ResidentMebibytes.Peak - before).ToString(CultureInfo.InvariantCulture));
    }
}
