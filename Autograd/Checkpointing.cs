namespace NativeSsl;

/// <summary>Trading time for memory: activations inside a block are forgotten and computed again when the backward
/// pass needs them.</summary>
/// <remarks>Chen, Xu, Zhang &amp; Guestrin 2016, “Training deep nets with sublinear memory cost”, section 4.</remarks>
public static class Checkpointing
{
    extension(Tensor x)
    {
        /// <summary>
        /// block(x), keeping only x and the result, whether or not the tape records. Gradients are bit for bit those of the plain call,
        /// dropout included.
        /// </summary>
        /// <param name="block">
        /// May use its argument and leaves (parameters), but no other result of an op that a gradient flows through.
        /// Nothing made inside lasts but its result.
        /// </param>
        public Tensor Checkpoint(Func<Tensor, Tensor> block)
        {
            Step? step = Step.Of(x.Backend);
            uint streams = step?.Streams ?? 0;
            int mark = step?.Mark() ?? 0;
            Tensor y;
            using (Tape.NoGradient()) y = block(x).View();
            step?.ReleaseSince(mark, y.Storage);
            if (!Tape.IsRecording) return y;
            y.Node = new Node("checkpoint", [x], dy => [Recompute(x, block, streams, dy)], isView: ReferenceEquals(y.Storage, x.Storage));
            return y;
        }
    }

    static Tensor View(this Tensor x) => x.View(x.Shape);

    static Tensor Recompute(Tensor x, Func<Tensor, Tensor> block, uint streams, Tensor dy)
    {
        Step? step = Step.Of(x.Backend);
        uint now = step?.Streams ?? 0;
        Tensor leaf = x.View();
        Tensor dx = x.Like();
        var node = new Node("checkpoint", [], null, false) { Gradient = dx, IsFresh = true };
        leaf.Node = node;
        int mark = step?.Mark() ?? 0;
        step?.Streams = streams;
        using (Tape.Recording()) block(leaf).Backward(dy);
        step?.Streams = now;
        step?.ReleaseSince(mark, null);
        if (node.IsFresh) x.Backend.Fill(dx, 0f);                       // the block does not depend on x
        return dx;
    }
}
