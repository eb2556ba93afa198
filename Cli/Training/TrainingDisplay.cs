using System.Diagnostics;
using Spectre.Console;

namespace NativeSsl.Cli.Training;

/// <summary>How a run is going: a bar for people, a line now and then for a file.</summary>
sealed class TrainingDisplay(Terminal terminal, long steps, Objective objective) : IProgress<TrainingReport>
{
    readonly Stopwatch _watch = Stopwatch.StartNew();
    ProgressTask? _task;
    long _first = -1;
    double _loss;
    double? _validation;

    internal T Show<T>(Func<T> train)
    {
        if (!terminal.IsInteractive) return train();
        return terminal.RichError.Progress().AutoClear(false)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _task = context.AddTask("starting", maxValue: steps);
                return train();
            });
    }

    public void Report(TrainingReport report)
    {
        if (_first < 0) (_first, _loss) = (report.Step - 1, report.Loss);
        _loss = 0.95 * _loss + 0.05 * report.Loss;
        _validation = report.ValidationLoss ?? _validation;
        if (report.Warning is { } warning) terminal.Warn(warning);
        if (_task is not null)
        {
            _task.Value = report.Step;
            _task.Description = Markup.Escape(Line(report));
        }
        else if (report.Step == 1 || report.Step == steps || report.ValidationLoss is not null || report.Step % Math.Max(1, steps / 20) == 0) terminal.Note(Line(report));
    }

    string Line(TrainingReport report)
    {
        double perSecond = (report.Step - _first) / _watch.Elapsed.TotalSeconds;
        string line = Text.Invariant($"step {report.Step}/{steps}  loss {_loss:F4}");
        if (_validation is { } validation) line += Text.Invariant($"  validation {validation:F4}");
        if (objective.ChanceLoss is { } constant) line += Text.Invariant($"  chance {constant:F3}");
        return line + Text.Invariant($"  {perSecond:F1} steps/s  left {Text.Time(TimeSpan.FromSeconds((steps - report.Step) / perSecond))}  memory {Text.Bytes(Environment.WorkingSet)}");
    }
}
