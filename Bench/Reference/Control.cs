using System.Globalization;
using NativeSsl.Bench.Commands;
using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>The run of <see cref="Learning"/> by libtorch: same first weights, windows, schedule and judgement. Whether our loss is what the
/// configuration gives, or a fault of ours.</summary>
static class Control
{
    const ulong Seed = 1337;

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var text = new Shakespeare();
        var report = new Report("control", "Learning, by libtorch");
        report.Text($"libtorch trains the configuration of the section Learning, seed {Seed}: the same first weights, windows, schedule, clipping and judgement.");
        report.Head("learning rate", "untrained", "2000");
        foreach (double rate in (double[])[Shakespeare.OwnRate, Shakespeare.TunedRate])
        {
            using var model = new TorchGpt(GptSize.NanoGpt, text.Model(Seed).NamedTensors());
            double before = Judge(model, text);
            Train(model, text, Shakespeare.Schedule(rate));
            report.Row([rate.ToString(CultureInfo.InvariantCulture), .. new[] { before, Judge(model, text) }.Select(loss => loss.ToString("F3", CultureInfo.InvariantCulture))]);
        }
        report.EndTable();
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -p:Libtorch=true -- control");
    }

    static void Train(TorchGpt model, Shakespeare text, Schedule schedule)
    {
        using TorchSharp.Modules.AdamW optimizer = TorchTraining.AdamW([.. model.Weights.Values], AdamSettings.Text);
        TokenWindows windows = Shakespeare.Windows(text.Training, Seed);
        for (int step = 0; step < Shakespeare.Steps; step++)
        {
            using var scope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups) group.LearningRate = schedule.At(step);
            optimizer.zero_grad();
            Loss(model, windows.Draw(step)).backward();
            nn.utils.clip_grad_norm_(model.Weights.Values, 1);
            optimizer.step();
        }
    }

    // Every position of the validation split once.
    static double Judge(TorchGpt model, Shakespeare text)
    {
        double sum = 0, terms = 0;
        using var noGradient = no_grad();
        foreach (Views views in Shakespeare.Windows(text.Validation, Seed).Everything())
        {
            using var scope = NewDisposeScope();
            sum += Loss(model, views).item<float>() * views.Terms;
            terms += views.Terms;
        }
        return sum / terms;
    }

    static TorchTensor Loss(TorchGpt model, Views views) =>
        model.Loss(Longs(views.Indices[0]).view(views.Indices[0].Shape[0], -1), Longs(views.Indices[1]));

    static TorchTensor Longs(Indices indices) => tensor(indices.Values.ToArray().Select(value => (long)value).ToArray());
}
