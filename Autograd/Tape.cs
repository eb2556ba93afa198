namespace NativeSsl;

/// <summary>Records how tensors are made, and walks back over it: reverse-mode differentiation.</summary>
public static partial class Tape
{
    [ThreadStatic] static int t_paused;
    [ThreadStatic] static bool t_recomputing;

    /// <summary>Whether ops on this thread are recorded.</summary>
    public static bool IsRecording => t_paused == 0;

    /// <summary>Until disposed, ops on this thread are not recorded: inference, teachers, evaluation.</summary>
    public static NoGradientScope NoGradient()
    {
        t_paused++;
        return new NoGradientScope();
    }

    /// <summary>Whether what runs on this thread has run before in this step, and is computed again for its gradient:
    /// what an op leaves behind besides its result (running statistics) is there already.</summary>
    internal static bool IsRecomputing => t_recomputing;

    /// <summary>Until disposed, ops on this thread are recorded although a backward pass is under way:
    /// what is computed again has gradients too.</summary>
    internal static RecordingScope Recording()
    {
        var scope = new RecordingScope(t_paused, t_recomputing);
        (t_paused, t_recomputing) = (0, true);
        return scope;
    }

    /// <summary>A stretch with recording inside one without.</summary>
    internal readonly ref struct RecordingScope(int paused, bool recomputing)
    {
        /// <summary>Pauses again, as before.</summary>
        public void Dispose() => (t_paused, t_recomputing) = (paused, recomputing);
    }

    /// <summary>A stretch without recording; ends when disposed. A ref struct,
    /// so that it cannot be carried over an await to another thread.</summary>
    public readonly ref struct NoGradientScope
    {
        /// <summary>Records again.</summary>
        public void Dispose() => t_paused--;
    }

    /// <summary>Remembers how <paramref name="y"/> was made, if any input wants a gradient.</summary>
    /// <param name="y">The output.</param>
    /// <param name="name">The op's name, for messages.</param>
    /// <param name="inputs">What it was made from.</param>
    /// <param name="backward">Its gradient.</param>
    /// <param name="saved">Tensors that only backward needs; their memory goes back once it has run.</param>
    /// <param name="isView">Whether the output shares its memory with an input.</param>
    internal static Tensor Record(this Tensor y, string name, Tensor[] inputs, BackwardFunction backward,
        Tensor[]? saved = null, bool isView = false)
    {
        if (!IsRecording) return y;
        foreach (Tensor input in inputs)
            if (input.Node is not null)
            {
                y.Node = new Node(name, inputs, backward, isView) { Saved = saved ?? [] };
                break;
            }
        return y;
    }
}
