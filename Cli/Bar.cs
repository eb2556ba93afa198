using Spectre.Console;

namespace NativeSsl.Cli;

/// <summary>A part of some work.</summary>
/// <param name="What">What is done.</param>
/// <param name="Total">How much there is to do.</param>
/// <param name="Amount">How much it is, for people.</param>
readonly record struct Stage(string What, long Total, Func<long, string> Amount)
{
    internal string At(long done) => $"{What}: {Amount(done)} of {Amount(Total)}";
}

/// <summary>How far some work has come: a bar for people, a line every quarter for a file.</summary>
static class Bar
{
    internal static void Show(Terminal terminal, string what, long total, Action<Action<long>> work) =>
        Show(terminal, [new(what, total, Text.Bytes)], told => work(told[0]));

    /// <summary>Work in several parts, a bar for each.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="stages">The parts.</param>
    /// <param name="work">Gets what it is to tell of each part: how much of it is done.</param>
    internal static void Show(Terminal terminal, IReadOnlyList<Stage> stages, Action<IReadOnlyList<Action<long>>> work)
    {
        if (!terminal.IsInteractive)
        {
            work([.. stages.Select(stage => Quarters(terminal, stage))]);
            return;
        }
        terminal.RichError.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work([.. stages.Select(stage =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(stage.What), maxValue: stage.Total);
                return (Action<long>)(done => (task.Value, task.Description) = (done, Markup.Escape(stage.At(done))));
            })]));
    }

    static Action<long> Quarters(Terminal terminal, Stage stage)
    {
        long next = 1;
        return done =>
        {
            if (done * 4 < stage.Total * next) return;
            terminal.Note(stage.At(done));
            next = (done * 4 / Math.Max(1, stage.Total)) + 1;
        };
    }
}
